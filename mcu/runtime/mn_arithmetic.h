/* The integer arithmetic that training, the engine and the device share.
 *
 * C99, freestanding, no dependencies, and valid C++: nn/ and mcu/host include this file. It is the int8 arithmetic of
 * TensorFlow Lite Micro and CMSIS-NN in their default (double rounding) form.
 *   real = scale x (q - zero_point), every scale a float32 value; activations int8 in [-128, 127]; weights int8 in
 *   [-127, 127] with zero point 0 and one scale per output channel; bias int32 with scale = input scale x weight scale;
 *   accumulators int32 (the exporter proves that none overflows). Multipliers and shifts follow from the scales:
 *   nn/layers/fixed_point.h.
 * Requires an arithmetic right shift of negative numbers (checked below), which all usual compilers have. */
#ifndef MN_ARITHMETIC_H
#define MN_ARITHMETIC_H

#include <stdint.h>

/* Does not compile unless -1 >> 1 is -1. */
typedef char mn_shift_is_arithmetic[(((int32_t)-1 >> 1) == -1) ? 1 : -1];

/* The inputs of an addition are shifted left by this many bits before they are rescaled. */
#define MN_ADD_SHIFT 20

/* x * multiplier / 2^31, rounded to nearest, ties toward plus infinity.
 * Requires multiplier in [2^30, 2^31). Equals gemmlowp's saturating rounding doubling high multiply for these
 * multipliers. */
static inline int32_t mn_multiply_high(int32_t x, int32_t multiplier) {
  return (int32_t)(((int64_t)x * multiplier + ((int64_t)1 << 30)) >> 31);
}

/* x / 2^exponent, rounded to nearest, ties away from zero. Requires exponent in [0, 31]. */
static inline int32_t mn_divide_by_power(int32_t x, int exponent) {
  const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
  const int32_t remainder = x & mask;
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

/* Converts an accumulator to steps of the output: x * multiplier * 2^(-31 - right_shift), rounded twice as specified.
 */
static inline int32_t mn_rescale(int32_t x, int32_t multiplier, int right_shift) {
  return mn_divide_by_power(mn_multiply_high(x, multiplier), right_shift);
}

static inline int32_t mn_clamp(int32_t x, int32_t low, int32_t high) { return x < low ? low : (x > high ? high : x); }

/* Converts an accumulator to an output value. It is clamped before the zero point is added, since the sum of the two
 * could overflow. */
static inline int8_t mn_requantize(int32_t x, int32_t multiplier, int right_shift, int32_t zero_point, int32_t low,
                                   int32_t high) {
  return (int8_t)(mn_clamp(mn_rescale(x, multiplier, right_shift), low - zero_point, high - zero_point) + zero_point);
}

/* Converts an input of an addition to steps of the sum. `x` is the value without its zero point, in [-255, 255]. */
static inline int32_t mn_rescale_summand(int32_t x, int32_t multiplier, int right_shift) {
  return mn_rescale(x * ((int32_t)1 << MN_ADD_SHIFT), multiplier, right_shift);
}

/* The average of `count` values with the sum `sum`, rounded to nearest, halves away from zero. */
static inline int32_t mn_average(int32_t sum, int32_t count) {
  return (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
}

#endif
