/* The sum of two tensors of equal shape, each with its own scale, on cores with vector instructions (MVE): eight bytes
 * at a time, in 32 instructions. Summands that are scaled down by more than 2^3 are left to mn_add_row.c. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"
#include "mn_mve.h"

#if MN_MVE

/* A summand is below 2^28 when it is divided, so mn_divisor is exact up to here (1 / 2^R >= 2^28 / 2^31). */
enum { kMostOfSummand = 3 };

/* The sum is always divided as by a negative mn_divisor. */
static int is_common(const uint8_t *shifts) {
  return shifts[0] <= kMostOfSummand && shifts[1] <= kMostOfSummand && shifts[2] > 0;
}

static mn_addition addition_of(const mn_layer *layer, const int32_t *multipliers, const uint8_t *shifts) {
  mn_addition of;
  of.first.multiplier = multipliers[0];
  of.first.divisor = mn_divisor(shifts[0]);
  of.second.multiplier = multipliers[1];
  of.second.divisor = mn_divisor(shifts[1]);
  of.sum.multiplier = multipliers[2];
  of.sum.divisor = (int32_t)(0x80000000u >> shifts[2]);
  of.first_offset = -16 * layer->in_zero;
  of.second_offset = -16 * layer->other_zero;
  of.zero = layer->out_zero;
  return of;
}

void mn_add_mve(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int32_t row = mn_out_row_bytes(layer);
  int32_t y;
  if (!is_common(shifts)) {
    mn_add_row(model, layer, work);
    return;
  }
  const mn_addition addition = addition_of(layer, mn_constants(model, layer->multipliers), shifts);
  for (y = work->first; y < work->last; ++y) {
    int8_t *const output = work->output + y % layer->out_rows * row;
    mn_add_bytes(&addition, work->input + y % layer->in_rows * row, work->other + y % layer->other_rows * row, output,
                 row);
    mn_clamp_vectors(layer, output);
  }
}

#endif
