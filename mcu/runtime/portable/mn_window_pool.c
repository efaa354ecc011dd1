/* Pools over windows: the largest value of each channel, or the rounded average, of the pixels that lie under the
 * window and inside the image. Input and output share scale and zero point. (mn_pool.c averages all pixels.) */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

/* The pixels under a window. `input` is the channel's value in column 0 of row 0. */
typedef struct {
  const int8_t *input;
  mn_taps rows, columns;
} pool_window;

static int32_t value_at(const mn_layer *layer, const pool_window *window, int32_t row, int32_t column) {
  const int8_t *line = window->input + (window->rows.start + row) % layer->in_rows * mn_in_row_bytes(layer);
  return line[(window->columns.start + column) * layer->in_channels] ^ mn_flip(layer);
}

static int32_t largest(const mn_layer *layer, const pool_window *window) {
  int32_t most = INT8_MIN;
  int32_t row, column;
  for (row = window->rows.first; row < window->rows.last; ++row) {
    for (column = window->columns.first; column < window->columns.last; ++column) {
      const int32_t value = value_at(layer, window, row, column);
      if (value > most) most = value;
    }
  }
  return most;
}

static int32_t average(const mn_layer *layer, const pool_window *window) {
  const int32_t count = (window->rows.last - window->rows.first) * (window->columns.last - window->columns.first);
  int32_t sum = 0;
  int32_t row, column;
  for (row = window->rows.first; row < window->rows.last; ++row) {
    for (column = window->columns.first; column < window->columns.last; ++column)
      sum += value_at(layer, window, row, column);
  }
  return mn_average(sum, count);
}

void mn_window_pool(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t padding = mn_window_padding(layer);
  int32_t y, x, channel;
  (void)model;
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    pool_window window;
    window.rows = mn_padded_taps_at(y, layer->stride, layer->kernel, padding, layer->in_height);
    for (x = 0; x < layer->out_width; ++x) {
      window.columns = mn_padded_taps_at(x, layer->stride, layer->kernel, padding, layer->in_width);
      for (channel = 0; channel < layer->in_channels; ++channel) {
        window.input = work->input + channel;
        *output++ = (int8_t)mn_clamp(layer->kind == MN_MAX_POOL ? largest(layer, &window) : average(layer, &window),
                                     layer->low, layer->high);
      }
    }
  }
}

/* An output for each place of the window in the padded image, a stride apart. */
static int extent_fits(const mn_layer *layer, uint32_t in, uint32_t out) {
  const uint32_t places = in + 2u * layer->other + 1u - layer->kernel;
  return (out - 1) * layer->stride < places && places <= out * layer->stride;
}

/* Less padding than half a window, so that every window has a pixel of the image. */
int mn_window_pool_fits(const mn_model *model, const mn_layer *layer) {
  (void)model;
  return layer->other < (layer->kernel + 1u) / 2u && layer->out_channels == layer->in_channels &&
         extent_fits(layer, layer->in_height, layer->out_height) &&
         extent_fits(layer, layer->in_width, layer->out_width);
}
