/* Depthwise layers on cores without special instructions: pixels whose window lies inside the input need no test for each tap, and 3x3
 * has its nine products written out. Pixels at the border go through the taps that exist, padding for the others. */
#include "mn_arithmetic.h"
#include "mn_dsp.h"
#include "mn_kernel.h"

#if !MN_DSP /* such a core has better */

enum { kRows = 7 };

typedef struct {
  const mn_layer *layer;
  const int8_t *rows[kRows]; /* of the input, below each other under the window; 0 outside of the input */
  const int8_t *weights;
} window;

/* The sum of channel `channel`; `place` is the window's left edge in bytes. Columns [first, last) of the window exist. */
static uint32_t border_sum(const window *w, int32_t channel, int32_t place, mn_taps columns) {
  const int32_t channels = w->layer->in_channels;
  const int8_t *weight = w->weights + channel;
  int32_t sum = 0, outside = 0, row, column;
  for (row = 0; row < w->layer->kernel; ++row) {
    const int8_t *const line = w->rows[row];
    for (column = 0; column < w->layer->kernel; ++column, weight += channels) {
      if (line != 0 && column >= columns.first && column < columns.last) {
        sum += line[place + column * channels + channel] * *weight;
      } else {
        outside += *weight;
      }
    }
  }
  return (uint32_t)(sum + outside * w->layer->in_zero);
}

static uint32_t inner_sum(const window *w, int32_t channel, int32_t place) {
  const int32_t channels = w->layer->in_channels;
  const int8_t *weight = w->weights + channel;
  uint32_t sum = 0;
  int32_t row, column;
  for (row = 0; row < w->layer->kernel; ++row) {
    const int8_t *value = w->rows[row] + place + channel;
    for (column = 0; column < w->layer->kernel; ++column, value += channels, weight += channels) sum += (uint32_t)(*value * *weight);
  }
  return sum;
}

/* All channels of a pixel whose 3x3 window lies inside: its nine products written out, every pointer a step on for each channel. */
static void inner_outputs_3x3(const mn_model *model, const window *w, int32_t place, int8_t *output) {
  const mn_layer *layer = w->layer;
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multiplier = mn_constants(model, layer->multipliers);
  const uint8_t *shift = mn_constants(model, layer->shifts);
  const int32_t step = layer->in_channels, zero = layer->out_zero, low = layer->low, high = layer->high;
  const int8_t *a = w->rows[0] + place, *b = w->rows[1] + place, *c = w->rows[2] + place;
  const int8_t *t = w->weights, *u = t + 3 * step, *v = u + 3 * step;
  const int8_t *const end = output + step;
  for (; output != end; ++output, ++a, ++b, ++c, ++t, ++u, ++v) {
    int32_t sum = a[0] * t[0] + a[step] * t[step] + a[2 * step] * t[2 * step];
    sum += b[0] * u[0] + b[step] * u[step] + b[2 * step] * u[2 * step];
    sum += c[0] * v[0] + c[step] * v[step] + c[2 * step] * v[2 * step];
    *output = mn_requantize(*bias++ + sum, *multiplier++, *shift++, zero, low, high);
  }
}

/* All channels of one pixel. */
static void pixel_outputs(const mn_model *model, const window *w, int32_t x, int8_t *output) {
  const mn_layer *layer = w->layer;
  const mn_taps columns = mn_taps_at(x, layer->stride, layer->kernel, layer->in_width);
  const int32_t place = columns.start * layer->in_channels;
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  int32_t inside = columns.first == 0 && columns.last == layer->kernel, row, channel;
  for (row = 0; row < kRows && row < layer->kernel; ++row) inside = inside && w->rows[row] != 0;
  if (inside && layer->kernel == 3) {
    inner_outputs_3x3(model, w, place, output);
    return;
  }
  for (channel = 0; channel < layer->in_channels; ++channel) {
    const uint32_t sum = (uint32_t)bias[channel] + (inside ? inner_sum(w, channel, place) : border_sum(w, channel, place, columns));
    output[channel] = mn_requantize((int32_t)sum, multipliers[channel], shifts[channel], layer->out_zero, layer->low, layer->high);
  }
}

void mn_depthwise_row(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t padding = (layer->kernel - 1) / 2;
  window w;
  int32_t y, x, row;
  w.layer = layer;
  w.weights = mn_constants(model, layer->weights);
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    for (row = 0; row < kRows; ++row) {
      const int32_t in_y = y * layer->stride - padding + row;
      const int32_t exists = row < layer->kernel && in_y >= 0 && in_y < layer->in_height;
      w.rows[row] = exists ? work->input + in_y % layer->in_rows * mn_in_row_bytes(layer) : 0;
    }
    for (x = 0; x < layer->out_width; ++x, output += layer->out_channels) {
      pixel_outputs(model, &w, x, output);
    }
  }
}

#endif
