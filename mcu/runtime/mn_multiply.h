/* The product of a tile: windows of some neighbouring pixels, copied next to each other, times the weights of two
 * output channels (mn_conv_tile.c). It is written in C for any core, and in assembly where compilers generate slower
 * code: for ARMv7-M, because all registers are used, and for ARMv6-M, because it overwrites one factor with the product
 * and can add only to half of its registers. */
#ifndef MN_MULTIPLY_H
#define MN_MULTIPLY_H

#include "mn_kernel.h"
#include "mn_rescale.h"

#if defined(__GNUC__) && defined(__OPTIMIZE__) && defined(__ARM_ARCH_6M__)
#define MN_TILE 2 /* pixels */
typedef int32_t mn_tile_value;
#else
#define MN_TILE 4
typedef int16_t mn_tile_value;
#endif

/* mn_multiply_tile: MN_TILE values of each of `taps` taps (a multiple of 4, at most mn_segment_taps, mn_kernel.h) times
 * the weights of two channels (mn_weight_index). The sums of pixel p without bias are sums[p] for the first channel and
 * sums[MN_TILE + p] for the second. A pair of weights is one number, first + 256 x second, so the sum of both minus
 * that of the first is 256 times that of the second. Sums wrap around, which can happen for a forged model. */
MN_INLINE int32_t mn_second_sum(int32_t both, int32_t first) {
  return (int32_t)((uint32_t)both - (uint32_t)first) >> 8;
}

#if MN_TILE == 2

/* r3: weights of both channels, r4: of the first; r5, r6: values; r8 to r11: sums. 25 instructions for the 8 products
 * of two taps. */
#define MN_TAP_OF_2                                   \
  "sxtb r4, r3\n\tldmia r0!, {r5, r6}\n\t"            \
  "muls r4, r5, r4\n\tadd r8, r4\n\t"                 \
  "muls r5, r3, r5\n\tadd r10, r5\n\tsxtb r4, r3\n\t" \
  "muls r4, r6, r4\n\tadd r9, r4\n\t"                 \
  "muls r6, r3, r6\n\tadd r11, r6\n\t"
#define MN_TWO_TAPS_OF_2 "ldmia r1!, {r2}\n\tsxth r3, r2\n\t" MN_TAP_OF_2 "asrs r3, r2, #16\n\t" MN_TAP_OF_2

MN_INLINE void mn_multiply_tile(const mn_tile_value *tile, const mn_lane *pairs, int32_t taps,
                                int32_t sums[2 * MN_TILE]) {
  register const mn_tile_value *values __asm__("r0") = tile;
  register const mn_lane *weights __asm__("r1") = pairs;
  register const mn_tile_value *end __asm__("r2") = tile + MN_TILE * taps;
  register int32_t *out __asm__("r3") = sums;
  __asm__ volatile(
      ".syntax unified\n\tmov r12, r2\n\tmov lr, r3\n\t"
      "movs r3, #0\n\tmov r8, r3\n\tmov r9, r3\n\tmov r10, r3\n\tmov r11, r3\n0:\n\t" MN_TWO_TAPS_OF_2 MN_TWO_TAPS_OF_2
      "cmp r0, r12\n\tbne 0b\n\t"
      "mov r0, lr\n\tmov r2, r8\n\tmov r3, r9\n\tmov r4, r10\n\tmov r5, r11\n\tstmia r0!, {r2, r3, r4, r5}"
      : "+l"(values), "+l"(weights), "+l"(end), "+l"(out)
      :
      : "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
  sums[2] = mn_second_sum(sums[2], sums[0]);
  sums[3] = mn_second_sum(sums[3], sums[1]);
}

/* The same for a tile of one pixel, with its sums in sums[0] and sums[MN_TILE]. A loop in C is as fast. */
MN_INLINE void mn_multiply_pixel(const mn_tile_value *tile, const mn_lane *pairs, int32_t taps,
                                 int32_t sums[2 * MN_TILE]) {
  mn_multiply_tile(tile, pairs, taps, sums);
}

#else

#if defined(__GNUC__) && defined(__OPTIMIZE__) && defined(__ARM_ARCH_7M__)

/* r2: weights of both channels, r3: of the first; r12: a value. 14 instructions for the 8 products of a tap, eight taps
 * a round, of which the first round may leave out four. */
#define MN_TAP_OF_4                                                                                            \
  "ldrsh r2, [r1], #2\n\tldrsh r12, [r0], #8\n\tsxtb r3, r2\n\tmla r4, r12, r3, r4\n\tmla r8, r12, r2, r8\n\t" \
  "ldrsh r12, [r0, #-6]\n\tmla r5, r12, r3, r5\n\tmla r9, r12, r2, r9\n\t"                                     \
  "ldrsh r12, [r0, #-4]\n\tmla r6, r12, r3, r6\n\tmla r10, r12, r2, r10\n\t"                                   \
  "ldrsh r12, [r0, #-2]\n\tmla r7, r12, r3, r7\n\tmla r11, r12, r2, r11\n\t"
#define MN_FOUR_TAPS_OF_4 MN_TAP_OF_4 MN_TAP_OF_4 MN_TAP_OF_4 MN_TAP_OF_4
#define MN_TILE_SUM(name, place) register int32_t name __asm__(place) = 0
#define MN_MULTIPLY_TAPS()                                                                                         \
  do {                                                                                                             \
    register const mn_tile_value *values __asm__("r0") = tile;                                                     \
    register const mn_lane *weights __asm__("r1") = pairs;                                                         \
    register const mn_tile_value *end __asm__("lr") = tile + MN_TILE * taps;                                       \
    register int32_t count __asm__("r2") = taps;                                                                   \
    __asm__ volatile("tst r2, #4\n\tbne 1f\n0:\n\t" MN_FOUR_TAPS_OF_4 "1:\n\t" MN_FOUR_TAPS_OF_4                   \
                     "cmp r0, lr\n\tbne 0b"                                                                        \
                     : "+r"(values), "+r"(weights), "+r"(count), "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3), "+r"(b0), \
                       "+r"(b1), "+r"(b2), "+r"(b3)                                                                \
                     : "r"(end)                                                                                    \
                     : "r3", "r12", "cc", "memory");                                                               \
  } while (0)

#else

#define MN_TILE_SUM(name, place) uint32_t name = 0
#define MN_MULTIPLY_TAPS()                                  \
  do {                                                      \
    const mn_tile_value *const end = tile + MN_TILE * taps; \
    for (; tile != end; tile += MN_TILE, ++pairs) {         \
      const int32_t both = *pairs;                          \
      const int8_t first = (int8_t)both;                    \
      s0 += (uint32_t)(tile[0] * first);                    \
      s1 += (uint32_t)(tile[1] * first);                    \
      s2 += (uint32_t)(tile[2] * first);                    \
      s3 += (uint32_t)(tile[3] * first);                    \
      b0 += (uint32_t)(tile[0] * both);                     \
      b1 += (uint32_t)(tile[1] * both);                     \
      b2 += (uint32_t)(tile[2] * both);                     \
      b3 += (uint32_t)(tile[3] * both);                     \
    }                                                       \
  } while (0)

#endif

MN_INLINE void mn_multiply_tile(const mn_tile_value *tile, const mn_lane *pairs, int32_t taps,
                                int32_t sums[2 * MN_TILE]) {
  MN_TILE_SUM(s0, "r4");
  MN_TILE_SUM(s1, "r5");
  MN_TILE_SUM(s2, "r6");
  MN_TILE_SUM(s3, "r7");
  MN_TILE_SUM(b0, "r8");
  MN_TILE_SUM(b1, "r9");
  MN_TILE_SUM(b2, "r10");
  MN_TILE_SUM(b3, "r11");
  MN_MULTIPLY_TAPS();
  sums[0] = (int32_t)s0;
  sums[1] = (int32_t)s1;
  sums[2] = (int32_t)s2;
  sums[3] = (int32_t)s3;
  sums[4] = mn_second_sum((int32_t)b0, (int32_t)s0);
  sums[5] = mn_second_sum((int32_t)b1, (int32_t)s1);
  sums[6] = mn_second_sum((int32_t)b2, (int32_t)s2);
  sums[7] = mn_second_sum((int32_t)b3, (int32_t)s3);
}

/* The same for the first pixel alone: sums[0] and sums[MN_TILE]. */
MN_INLINE void mn_multiply_pixel(const mn_tile_value *tile, const mn_lane *pairs, int32_t taps,
                                 int32_t sums[2 * MN_TILE]) {
  const mn_lane *const end = pairs + taps;
  uint32_t first = 0, both = 0;
  for (; pairs != end; ++pairs, tile += MN_TILE) {
    const int32_t weights = *pairs;
    first += (uint32_t)(*tile * (int8_t)weights);
    both += (uint32_t)(*tile * weights);
  }
  sums[0] = (int32_t)first;
  sums[MN_TILE] = mn_second_sum((int32_t)both, (int32_t)first);
}

#endif

#endif
