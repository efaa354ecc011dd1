/* The DSP instructions of the fast kernels (Cortex-M4, M7, M33: ARMv7E-M, ARMv8-M with the DSP extension). This is not
 * a general SIMD library; it contains only what the kernels use. A word is two int16 lanes, low lane first, or four
 * bytes. This file tests whether the instructions exist and converts sums to bytes. The instructions themselves are in
 * mn_dsp_instructions.h; with MN_DSP_EMULATED, each is replaced by C code with the same result, for tests on other
 * machines. */
#ifndef MN_DSP_H
#define MN_DSP_H

#include <stdint.h>

/* MN_PORTABLE selects the reference kernels everywhere. Without optimisation a compiler needs too many registers
 * itself. */
#if !defined(MN_PORTABLE) && \
    (defined(MN_DSP_EMULATED) || (defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && defined(__OPTIMIZE__)))
#define MN_DSP 1
#else
#define MN_DSP 0
#endif

/* If the program should be small (-Os), kernels call functions or loop where they otherwise repeat code. The bytes are
 * the same. */
#ifdef __OPTIMIZE_SIZE__
#define MN_SMALL 1
#define MN_REPEATED __attribute__((noinline))
#else
#define MN_SMALL 0
#define MN_REPEATED __attribute__((always_inline)) inline
#endif

#if MN_DSP

#ifdef MN_DSP_EMULATED
#include "mn_dsp_emulated.h"
#else
#include "mn_dsp_instructions.h"
#endif

/* The sum of the second of two channels: of both beside each other, less that of the first. */
MN_INSTRUCTION int32_t mn_higher(int32_t both, int32_t lower) {
  return (int32_t)((uint32_t)both - (uint32_t)lower) >> 8;
}

/* The way from accumulator to byte (mn_arithmetic.h) in four instructions, for every accumulator:
 *   mn_multiply_high(x, m) = x + x * (2m - 2^32) / 2^32, rounded with ties up: one SMMLAR, since 2m lies in [2^31, 2^32)
 *   divided by 2^R, plus zero point = zero + h * 2^(32 - R) / 2^32, rounded with ties up: one SMMLSR with -2^(32 - R),
 *     which fits from R = 1 on; for R = 0 one QADD of h and the zero point, and nothing is rounded
 *   clamped to a byte = one SSAT; a narrower clamp follows apart
 * What is left is that ties of negative numbers go down, away from zero:
 *   where the clamp ends at the zero point (ReLU), they give the same byte either way
 *   for R in [2, 12], with 2^(32 - R) + 1 in place of the power each product is |h| / 2^32 farther
 *     from zero. That is more than nothing, so ties go the right way, and for |h| < 2^(R + 8) less than 1 / 2^R, the
 *     way from the last number that is no tie; beyond, the byte is clamped
 *   otherwise one ADD with a shifted operand makes negative numbers one less first (mn_signed_byte) */
MN_INSTRUCTION int32_t mn_doubled(int32_t multiplier) { return (int32_t)((uint32_t)multiplier << 1); }
/* -2^(32 - R), one less where ties go by the power; 0 where R is 0. So a power tells how it is to be used. */
MN_INSTRUCTION int32_t mn_negative_power(uint8_t right_shift) {
  const uint32_t power = (0x80000000u >> right_shift) * 2, ties = right_shift >= 2 && right_shift <= 12;
  return (int32_t)(0u - power - ties);
}
MN_INSTRUCTION int32_t mn_ties_by_power(int32_t power) { return power & 1; }
MN_INSTRUCTION int32_t mn_is_unshifted(int32_t power) { return power == 0; }
/* The same power without the ties; 2^31 wraps around. */
MN_INSTRUCTION int32_t mn_power_alone(int32_t power) { return (int32_t)((uint32_t)power + (uint32_t)(power & 1)); }

MN_INSTRUCTION int32_t mn_rectified_byte(int32_t x, int32_t doubled, int32_t power, int32_t zero) {
  return mn_saturate8(mn_subtract_high(zero, mn_add_high(x, x, doubled), power));
}

MN_INSTRUCTION int32_t mn_signed_byte(int32_t x, int32_t doubled, int32_t power, int32_t zero) {
  const int32_t high = mn_add_high(x, x, doubled);
  return mn_saturate8(mn_subtract_high(zero, high - (high < 0), power));
}

/* Its power is 0. */
MN_INSTRUCTION int32_t mn_unshifted_byte(int32_t x, int32_t doubled, int32_t power, int32_t zero) {
  (void)power;
  return mn_saturate8(mn_saturated_sum(mn_add_high(x, x, doubled), zero));
}

/* With any power. */
MN_INSTRUCTION int8_t mn_byte_of(int32_t x, int32_t doubled, int32_t power, int32_t zero) {
  if (mn_ties_by_power(power)) return (int8_t)mn_rectified_byte(x, doubled, power, zero);
  if (mn_is_unshifted(power)) return (int8_t)mn_unshifted_byte(x, doubled, power, zero);
  return (int8_t)mn_signed_byte(x, doubled, power, zero);
}

#endif
#endif
