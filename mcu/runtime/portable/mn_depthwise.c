/* Depthwise layers: each channel has its own window. The definition, for every core. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

#if defined(MN_PORTABLE) || defined(MN_DEFINITIONS)

/* The sum of one channel's window; its first row and column are `top` and `left` of the input. */
static int32_t window_sum(const mn_model *model, const mn_layer *layer, const int8_t *input, int32_t top, int32_t left,
                          int32_t channel) {
  const int32_t *bias = mn_constants(model, layer->bias);
  const int8_t *weight = (const int8_t *)mn_constants(model, layer->weights) + channel;
  uint32_t sum = (uint32_t)bias[channel]; /* wraps around: the folded bias may exceed the limits that the total keeps */
  int32_t y, x;
  for (y = top; y < top + layer->kernel; ++y) {
    const int8_t *row = input + (y < 0 ? 0 : y % layer->in_rows) * mn_in_row_bytes(layer) + channel;
    for (x = left; x < left + layer->kernel; ++x) {
      const int inside = y >= 0 && y < layer->in_height && x >= 0 && x < layer->in_width;
      const int32_t value = inside ? mn_value(layer, row[x * layer->in_channels]) : mn_padding(layer);
      sum += (uint32_t)(value * *weight);
      weight += layer->in_channels;
    }
  }
  return (int32_t)sum;
}

void mn_depthwise(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int32_t padding = (layer->kernel - 1) / 2;
  int32_t y, x, channel;
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    for (x = 0; x < layer->out_width; ++x) {
      for (channel = 0; channel < layer->in_channels; ++channel) {
        const int32_t sum =
            window_sum(model, layer, work->input, y * layer->stride - padding, x * layer->stride - padding, channel);
        *output++ = mn_requantize(sum, multipliers[channel], shifts[channel], layer->out_zero, layer->low, layer->high);
      }
    }
  }
}

#endif
