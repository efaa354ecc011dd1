/* The sum of two tensors of equal shape, each with its own scale. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

static void add_row(const mn_model *model, const mn_layer *layer, const int8_t *input, const int8_t *other,
                    int8_t *output) {
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int32_t count = mn_out_row_bytes(layer);
  int32_t i;
  for (i = 0; i < count; ++i) {
    const int32_t sum = mn_rescale_summand(input[i] - layer->in_zero, multipliers[0], shifts[0]) +
                        mn_rescale_summand(other[i] - layer->other_zero, multipliers[1], shifts[1]);
    output[i] = mn_requantize(sum, multipliers[2], shifts[2], layer->out_zero, layer->low, layer->high);
  }
}

void mn_add(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t row = mn_out_row_bytes(layer);
  int32_t y;
  for (y = work->first; y < work->last; ++y) {
    add_row(model, layer, work->input + (y % layer->in_rows) * row, work->other + (y % layer->other_rows) * row,
            work->output + (y % layer->out_rows) * row);
  }
}
