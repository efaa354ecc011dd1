/* Standard, pointwise and fully connected layers: one portable kernel.
 * Input and weights both keep (column, channel) contiguous, so one window row is one dot product. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

static int32_t dot(const int8_t *values, const int8_t *weights, int32_t count, int32_t flip, int32_t zero) {
  int32_t sum = 0;
  int32_t i;
  for (i = 0; i < count; ++i) sum += ((values[i] ^ flip) - zero) * weights[i];
  return sum;
}

/* All output channels of one pixel. `input` is the whole tensor, whose rows may be a ring. */
static void conv_pixel(const mn_model *model, const mn_layer *layer, const int8_t *input, mn_taps rows, mn_taps columns, int8_t *output) {
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int8_t *weights = mn_constants(model, layer->weights);
  const int32_t flip = mn_flip(layer);
  const int32_t weight_row = (int32_t)layer->kernel * layer->in_channels;
  const int32_t run = (columns.last - columns.first) * layer->in_channels;
  const int32_t first_slot = (rows.start + rows.first) % layer->in_rows;
  int32_t channel, row;
  input += (columns.start + columns.first) * layer->in_channels;
  weights += columns.first * layer->in_channels;
  for (channel = 0; channel < layer->out_channels; ++channel) {
    int32_t sum = bias[channel];
    int32_t slot = first_slot;
    for (row = rows.first; row < rows.last; ++row) {
      sum += dot(input + slot * mn_in_row_bytes(layer), weights + row * weight_row, run, flip, layer->in_zero);
      if (++slot == layer->in_rows) slot = 0;
    }
    output[channel] = mn_requantize(sum, multipliers[channel], shifts[channel], layer->out_zero, layer->low, layer->high);
    weights += layer->kernel * weight_row;
  }
}

void mn_conv(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  int32_t y, x;
  for (y = work->first; y < work->last; ++y) {
    const mn_taps rows = mn_taps_at(y, layer->stride, layer->kernel, layer->in_height);
    int8_t *output = work->output + (y % layer->out_rows) * mn_out_row_bytes(layer);
    for (x = 0; x < layer->out_width; ++x) {
      const mn_taps columns = mn_taps_at(x, layer->stride, layer->kernel, layer->in_width);
      conv_pixel(model, layer, work->input, rows, columns, output);
      output += layer->out_channels;
    }
  }
}
