/* Converts accumulators to bytes on cores without special instructions. It computes the same as mn_requantize
 * (mn_arithmetic.h) with fewer instructions, for channels that are mn_is_common, as almost all are. For other channels
 * there is mn_any_byte.
 *
 *   mn_multiply_high(x, m)   is the upper word of x * 2^32 + x * (2m - 2^32) + 2^31 = 2 * (x * m + 2^30): one
 *                            multiply-accumulate with a 64-bit sum. ARMv6-M has no 64-bit product, so it uses four
 *                            products of halves
 *   ties away from zero      are ties up, of a number that is decremented if it is negative
 *   divided by 2^R, + zero   as ((h >> (R - 1)) + 2 * zero + 1) >> 1: half a step is added where it cannot overflow
 *   clamped to a byte        a narrower clamp is applied by mn_clamp_row, a row at a time */
#ifndef MN_RESCALE_H
#define MN_RESCALE_H

#include <stdint.h>

#include "mn_arithmetic.h"

/* MN_INLINE: an inner loop that becomes part of its caller, with the caller's constants. MN_APART: one that is not
 * inlined, so that it can use all registers. */
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define MN_INLINE static inline __attribute__((always_inline))
#define MN_APART static __attribute__((noinline))
#else
#define MN_INLINE static inline
#define MN_APART static
#endif

/* The conditions of the faster form: right shifts of at least 2 (with 1, half a step can overflow; with 0 nothing is
 * rounded) and accumulators below 2^31 - 2^15. This many taps guarantee that, whatever their weights, together with a
 * bias below 2^30: 2^15 x 127 x 255 is less than 2^30 - 2^15. */
enum { kLeastShift = 2, kMostTaps = 1 << 15, kLargeBias = 1 << 30 };

MN_INLINE int mn_is_common(int32_t bias, uint8_t right_shift) {
  return right_shift >= kLeastShift && bias > -kLargeBias && bias < kLargeBias;
}

/* The constants of one channel. */
typedef struct {
  int32_t bias;
  int32_t multiplier; /* mn_scale_multiplier(m) */
  int32_t shift;      /* R - 1 */
  int32_t offset;     /* 2 * zero + 1 */
} mn_scale;

/* mn_multiply_high(x, m) with a 64-bit product. Takes 2m, which wraps around to 2m - 2^32. */
MN_INLINE int32_t mn_high_at_once(int32_t x, int32_t doubled) {
  return (int32_t)(((int64_t)x * ((int64_t)1 << 32) + ((int64_t)1 << 31) + (int64_t)x * doubled) >> 32);
}

/* The same from products of halves. The low halves are in [-2^15, 2^15), so all sums fit into 32 bits. */
MN_INLINE int32_t mn_high_of_halves(int32_t x, int32_t multiplier) {
  const int32_t low = (int16_t)x, high = (x - low) >> 16;
  const int32_t m_low = (int16_t)multiplier, m_high = (int32_t)(((uint32_t)multiplier + 0x8000u) >> 16);
  const int32_t middle = high * m_low + low * m_high + ((low * m_low) >> 16);
  return (int32_t)(((uint32_t)(high * m_high) << 1) + (uint32_t)((middle + (1 << 14)) >> 15));
}

#ifdef __ARM_ARCH_6M__
MN_INLINE int32_t mn_scale_multiplier(int32_t multiplier) { return multiplier; }
MN_INLINE int32_t mn_scaled_high(int32_t x, int32_t multiplier) { return mn_high_of_halves(x, multiplier); }
#else
MN_INLINE int32_t mn_scale_multiplier(int32_t multiplier) { return (int32_t)((uint32_t)multiplier << 1); }
MN_INLINE int32_t mn_scaled_high(int32_t x, int32_t multiplier) { return mn_high_at_once(x, multiplier); }
#endif

MN_INLINE mn_scale mn_scale_of(int32_t bias, int32_t multiplier, uint8_t right_shift, int8_t zero) {
  const mn_scale scale = {bias, mn_scale_multiplier(multiplier), right_shift - 1, 2 * zero + 1};
  return scale;
}

/* Half of x, clamped to a byte, with a single instruction where there is one, since compilers do not find it. */
MN_INLINE int32_t mn_half_saturated(int32_t x) {
#if defined(__ARM_FEATURE_SAT) && defined(__GNUC__)
  int32_t byte;
  __asm__("ssat %0, #8, %1, asr #1" : "=r"(byte) : "r"(x));
  return byte;
#else
  const int32_t half = x >> 1;
  if ((uint32_t)(half - INT8_MIN) <= UINT8_MAX) return half; /* one comparison */
  return half < 0 ? INT8_MIN : INT8_MAX;
#endif
}

/* Rescales an accumulator that includes its bias, for a channel that is mn_is_common; also with a shift of 1, up to
 * 2^30. */
MN_INLINE int8_t mn_scaled_byte(int32_t accumulator, const mn_scale *scale) {
  const int32_t high = mn_scaled_high(accumulator, scale->multiplier);
  return (int8_t)mn_half_saturated(((high - (high < 0)) >> scale->shift) + scale->offset);
}

/* Rescales a sum without its bias, for any channel. Sum and bias may exceed the limits that their total keeps. */
MN_INLINE int8_t mn_any_byte(int32_t sum, int32_t bias, int32_t multiplier, uint8_t right_shift, int8_t zero) {
  const int32_t accumulator = (int32_t)((uint32_t)sum + (uint32_t)bias);
  const mn_scale scale = mn_scale_of(0, multiplier, right_shift, zero);
  if (mn_is_common(accumulator, right_shift)) return mn_scaled_byte(accumulator, &scale);
  return mn_requantize(accumulator, multiplier, right_shift, zero, INT8_MIN, INT8_MAX);
}

#endif
