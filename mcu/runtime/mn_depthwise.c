/* Depthwise layers: each channel has a window of its own. Portable kernel. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

/* The window's sum of one channel; `input`, whose rows may be a ring, and `weights` point at that channel. */
static int32_t window_sum(const mn_layer *layer, const int8_t *input, const int8_t *weights, mn_taps rows, mn_taps columns) {
  const int32_t channels = layer->in_channels;
  const int32_t flip = mn_flip(layer);
  int32_t slot = (rows.start + rows.first) % layer->in_rows;
  int32_t sum = 0;
  int32_t row, column;
  for (row = rows.first; row < rows.last; ++row) {
    const int8_t *values = input + (slot * layer->in_width + columns.start + columns.first) * channels;
    const int8_t *taps = weights + (row * layer->kernel + columns.first) * channels;
    for (column = columns.first; column < columns.last; ++column) {
      sum += ((*values ^ flip) - layer->in_zero) * *taps;
      values += channels;
      taps += channels;
    }
    if (++slot == layer->in_rows) slot = 0;
  }
  return sum;
}

/* All channels of one pixel. */
static void depthwise_pixel(const mn_model *model, const mn_layer *layer, const int8_t *input, mn_taps rows, mn_taps columns,
                            int8_t *output) {
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int8_t *weights = mn_constants(model, layer->weights);
  int32_t channel;
  for (channel = 0; channel < layer->in_channels; ++channel) {
    const int32_t sum = bias[channel] + window_sum(layer, input + channel, weights + channel, rows, columns);
    output[channel] = mn_requantize(sum, multipliers[channel], shifts[channel], layer->out_zero, layer->low, layer->high);
  }
}

void mn_depthwise(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  int32_t y, x;
  for (y = work->first; y < work->last; ++y) {
    const mn_taps rows = mn_taps_at(y, layer->stride, layer->kernel, layer->in_height);
    int8_t *output = work->output + (y % layer->out_rows) * mn_out_row_bytes(layer);
    for (x = 0; x < layer->out_width; ++x) {
      const mn_taps columns = mn_taps_at(x, layer->stride, layer->kernel, layer->in_width);
      depthwise_pixel(model, layer, work->input, rows, columns, output);
      output += layer->out_channels;
    }
  }
}
