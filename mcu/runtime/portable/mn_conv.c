/* Standard, pointwise and fully connected layers: the definition, for every core. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

#if defined(MN_PORTABLE) || defined(MN_DEFINITIONS)

/* One row of a window times one channel's weights for it. `input` is the row of the input, or 0 outside of it; `column`
 * is where the window begins. */
static uint32_t row_sum(const mn_layer *layer, const int8_t *weights, int32_t channel, int32_t row, const int8_t *input,
                        int32_t column) {
  const int32_t run = (int32_t)layer->kernel * layer->in_channels;
  const int32_t width = mn_in_row_bytes(layer);
  uint32_t sum = 0;
  int32_t tap, place = column * layer->in_channels;
  for (tap = 0; tap < run; ++tap, ++place) {
    const int32_t value = input != 0 && place >= 0 && place < width ? mn_value(layer, input[place]) : mn_padding(layer);
    const int8_t *pair = weights + mn_weight_index(layer->kernel, run, channel, row, tap) - channel % 2;
    sum += (uint32_t)(value * (channel % 2 == 0 ? pair[0] : mn_second_weight(pair)));
  }
  return sum;
}

/* The window's sum for one output channel; its first row and column are `top` and `left` of the input. */
static int32_t window_sum(const mn_model *model, const mn_layer *layer, const int8_t *input, int32_t top, int32_t left,
                          int32_t channel) {
  const int32_t *bias = mn_constants(model, layer->bias);
  const int8_t *weights = mn_constants(model, layer->weights);
  uint32_t sum =
      (uint32_t)bias[channel]; /* whose sums wrap around: the folded bias may overshoot what the whole stays below */
  int32_t row;
  for (row = 0; row < layer->kernel; ++row) {
    const int32_t y = top + row;
    const int8_t *line = y >= 0 && y < layer->in_height ? input + y % layer->in_rows * mn_in_row_bytes(layer) : 0;
    sum += row_sum(layer, weights, channel, row, line, left);
  }
  return (int32_t)sum;
}

void mn_conv(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int32_t padding = (layer->kernel - 1) / 2;
  int32_t y, x, channel;
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    for (x = 0; x < layer->out_width; ++x) {
      for (channel = 0; channel < layer->out_channels; ++channel) {
        const int32_t sum =
            window_sum(model, layer, work->input, y * layer->stride - padding, x * layer->stride - padding, channel);
        *output++ = mn_requantize(sum, multipliers[channel], shifts[channel], layer->out_zero, layer->low, layer->high);
      }
    }
  }
}

#endif
