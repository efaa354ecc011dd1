/* The sum of two tensors of equal shape, each with its own scale, on any core, with fewer instructions than the
 * definition (mn_rescale.h). */
#include "mn_arithmetic.h"
#include "mn_kernel.h"
#include "mn_rescale.h"

/* From a summand's byte to units of the sum. Its right shift may be 0: then nothing is rounded. */
typedef struct {
  int32_t zero;
  int32_t multiplier; /* mn_scale_multiplier(m) */
  int32_t shift;
  int32_t half; /* 2^shift / 2 */
  int32_t ties; /* 1: away from zero; 0 where nothing is rounded */
} summand_scale;

MN_INLINE summand_scale summand_scale_of(int8_t zero, int32_t multiplier, uint8_t shift) {
  const summand_scale scale = {zero, mn_scale_multiplier(multiplier), shift, ((int32_t)1 << shift) >> 1, shift > 0};
  return scale;
}

MN_INLINE int32_t rescaled(int8_t byte, const summand_scale *scale) {
  const int32_t high = mn_scaled_high((byte - scale->zero) * ((int32_t)1 << MN_ADD_SHIFT), scale->multiplier);
  return (high - ((high < 0) & scale->ties) + scale->half) >> scale->shift;
}

static void add_rows(const mn_layer *layer, const mn_work *work, const int32_t *multipliers, const uint8_t *shifts) {
  const summand_scale first = summand_scale_of(layer->in_zero, multipliers[0], shifts[0]);
  const summand_scale second = summand_scale_of(layer->other_zero, multipliers[1], shifts[1]);
  const mn_scale scale = mn_scale_of(0, multipliers[2], shifts[2], layer->out_zero);
  const int32_t row = mn_out_row_bytes(layer);
  int32_t y;
  for (y = work->first; y < work->last; ++y) {
    const int8_t *input = work->input + y % layer->in_rows * row, *other = work->other + y % layer->other_rows * row;
    int8_t *const begin = work->output + y % layer->out_rows * row, *const end = begin + row;
    int8_t *output;
    for (output = begin; output != end; ++output) {
      *output = mn_scaled_byte(rescaled(*input++, &first) + rescaled(*other++, &second), &scale);
    }
    mn_clamp_row(layer, begin);
  }
}

/* Scales of one order of size have shifts for which everything fits (2^29 + 2^28 < 2^30); others go to the
 * definition. */
void mn_add_row(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  if (shifts[0] <= 29 && shifts[1] <= 29 && shifts[2] >= 1)
    add_rows(layer, work, mn_constants(model, layer->multipliers), shifts);
  else
    mn_add(model, layer, work);
}
