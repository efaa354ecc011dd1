/* Part of mn_dsp.h: the instructions themselves, and the sequences of them that inner loops are.
 *
 * Inline assembly, since the intrinsics of <arm_acle.h> lack the rotation of SXTB16, SMMLAR and the double load, and
 * since the order of the instructions is the point: they are volatile, so they stay as written. */
#ifndef MN_DSP_INSTRUCTIONS_H
#define MN_DSP_INSTRUCTIONS_H

#include <stdint.h>

#define MN_INSTRUCTION static inline __attribute__((always_inline))

/* Bytes 0 and 2, widened to lanes; bytes 1 and 3. SXTB16. */
MN_INSTRUCTION uint32_t mn_even_bytes(uint32_t bytes) {
  uint32_t lanes;
  __asm__ volatile("sxtb16 %0, %1" : "=r"(lanes) : "r"(bytes));
  return lanes;
}

MN_INSTRUCTION uint32_t mn_odd_bytes(uint32_t bytes) {
  uint32_t lanes;
  __asm__ volatile("sxtb16 %0, %1, ror #8" : "=r"(lanes) : "r"(bytes));
  return lanes;
}

/* (low of a, low of b); (high of a, high of b). PKHBT, PKHTB. */
MN_INSTRUCTION uint32_t mn_low_lanes(uint32_t a, uint32_t b) {
  uint32_t lanes;
  __asm__ volatile("pkhbt %0, %1, %2, lsl #16" : "=r"(lanes) : "r"(a), "r"(b));
  return lanes;
}

MN_INSTRUCTION uint32_t mn_high_lanes(uint32_t a, uint32_t b) {
  uint32_t lanes;
  __asm__ volatile("pkhtb %0, %1, %2, asr #16" : "=r"(lanes) : "r"(b), "r"(a));
  return lanes;
}

/* sum + low x low + high x high. SMLAD. */
MN_INSTRUCTION int32_t mn_dot2(uint32_t a, uint32_t b, int32_t sum) {
  int32_t result;
  __asm__ volatile("smlad %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

/* sum + a x b / 2^32, and sum - a x b / 2^32, rounded to nearest, ties toward plus infinity. SMMLAR, SMMLSR. */
MN_INSTRUCTION int32_t mn_add_high(int32_t sum, int32_t a, int32_t b) {
  int32_t result;
  __asm__ volatile("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

MN_INSTRUCTION int32_t mn_subtract_high(int32_t sum, int32_t a, int32_t b) {
  int32_t result;
  __asm__ volatile("smmlsr %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

/* The sum, or the nearest that there is. QADD. */
MN_INSTRUCTION int32_t mn_saturated_sum(int32_t a, int32_t b) {
  int32_t result;
  __asm__ volatile("qadd %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
  return result;
}

/* Clamped to [-128, 127]. SSAT. */
MN_INSTRUCTION int32_t mn_saturate8(int32_t x) {
  int32_t result;
  __asm__ volatile("ssat %0, #8, %1" : "=r"(result) : "r"(x));
  return result;
}

/* Two neighbouring words. LDRD. */
#define MN_LOAD2(first, second, words, index) \
  __asm__ volatile("ldrd %0, %1, [%2, %3]" : "=&r"(first), "=&r"(second) : "r"(words), "i"(4 * (index)) : "memory")

/* The same, and on to what follows. */
#define MN_NEXT2(one, other, words) \
  __asm__ volatile("ldrd %0, %1, [%2], #8" : "=&r"(one), "=&r"(other), "+r"(words) : : "memory")

/* The first two words of the structure at a pointer, which moves on to the next one. */
#define MN_TAKE2(one, other, pointer)                        \
  __asm__ volatile("ldrd %0, %1, [%2], %3"                   \
                   : "=&r"(one), "=&r"(other), "+r"(pointer) \
                   : "i"(sizeof *(pointer))                  \
                   : "memory")

/* The same for a local structure of two, `first` and `second`, where the compiler would need a register for its
 * address. */
#define MN_GET2(one, other, pair) __asm__ volatile("ldrd %0, %1, %2" : "=&r"(one), "=&r"(other) : "m"(pair))
#define MN_GET(one, place) __asm__ volatile("ldr %0, %1" : "=r"(one) : "m"(place))
#define MN_PUT2(pair, one, other) __asm__ volatile("strd %1, %2, %0" : "=m"(pair) : "r"(one), "r"(other))

#define MN_STORE2(words, index, first, second) \
  __asm__ volatile("strd %0, %1, [%2, %3]" : : "r"(first), "r"(second), "r"(words), "i"(4 * (index)) : "memory")

/* The registers of a tile of 4 pixels x 2 channels: all that there are, each with its name, since the compiler would
 * move values about where paths meet. mn_cp is the sum of channel c and pixel p. */
#define MN_TILE_WEIGHTS register const uint32_t *mn_weights __asm__("r1")
#define MN_TILE_REGISTERS                                                                                 \
  register const uint32_t *mn_values __asm__("r0");                                                       \
  register uint32_t mn_even __asm__("r2"), mn_odd __asm__("r3"), mn_a __asm__("r12"), mn_b __asm__("lr"); \
  register int32_t mn_00 __asm__("r4"), mn_01 __asm__("r5"), mn_02 __asm__("r6"), mn_03 __asm__("r7");    \
  register int32_t mn_10 __asm__("r8"), mn_11 __asm__("r9"), mn_12 __asm__("r10"), mn_13 __asm__("r11")

#define MN_TILE_OPEN "ldr r3, [r1], #4\n\tldrd r12, lr, [r0], #8\n\tsxtb16 r2, r3\n\t"
#define MN_TILE_TAPS                                                                                   \
  MN_TILE_OPEN                                                                                         \
  "smlad r4, r12, r2, r4\n\tsmlad r8, r12, r3, r8\n\tsmlad r5, lr, r2, r5\n\tsmlad r9, lr, r3, r9\n\t" \
  "ldrd r12, lr, [r0], #8\n\t"                                                                         \
  "smlad r6, r12, r2, r6\n\tsmlad r10, r12, r3, r10\n\tsmlad r7, lr, r2, r7\n\tsmlad r11, lr, r3, r11\n\t"
#define MN_TILE_GROUP MN_TILE_TAPS MN_TILE_TAPS
#define MN_TILE_RESULTS                                                                                    \
  "+r"(mn_values), "+r"(mn_weights), "=&r"(mn_even), "=&r"(mn_odd), "=&r"(mn_a), "=&r"(mn_b), "+r"(mn_00), \
      "+r"(mn_01), "+r"(mn_02), "+r"(mn_03), "+r"(mn_10), "+r"(mn_11), "+r"(mn_12), "+r"(mn_13)

/* Two taps of the tile, 16 products, in 12 instructions: a word of weights (mn_weight_index), four words of values
 * (both taps of a pixel each). Lanes of the word as they are hold weight 0 + 256 x weight 1, so mn_1p becomes the sum
 * of channel 0 + 256 x that of channel 1. */
#define MN_TILE_STEP() __asm__ volatile(MN_TILE_TAPS:MN_TILE_RESULTS : : "memory")

/* All groups of four taps but the first, up to `end`: rounds of eight groups, 96 bytes of code each, of which the first
 * round skips some. Where the program shall be small, rounds of one. */
#if MN_SMALL
#define MN_TILE_SKIP(groups) ((groups) == 1 ? 96 : 0)
#define MN_TILE_ROUND MN_TILE_GROUP
#else
#define MN_TILE_SKIP(groups) ((groups) == 1 ? 8 * 96 : (8 - ((groups)-1) % 8) % 8 * 96)
#define MN_TILE_ROUND \
  MN_TILE_GROUP MN_TILE_GROUP MN_TILE_GROUP MN_TILE_GROUP MN_TILE_GROUP MN_TILE_GROUP MN_TILE_GROUP MN_TILE_GROUP
#endif
#define MN_TILE_OTHER_GROUPS(skip, end)                                         \
  __asm__ volatile("ldr r2, %[jump]\n\tadd pc, r2\n\tnop\n0:\n\t" MN_TILE_ROUND \
                   "ldr r2, %[stop]\n\tcmp r0, r2\n\tbne 0b"                    \
                   : MN_TILE_RESULTS                                            \
                   : [jump] "m"(skip), [stop] "m"(end)                          \
                   : "memory", "cc")

/* The same for the first two taps: every sum starts with what mn_00 holds. */
#define MN_TILE_FIRST_STEP()                                                                                     \
  __asm__ volatile(                                                                                              \
      MN_TILE_OPEN                                                                                               \
      "smlad r5, lr, r2, r4\n\tsmlad r9, lr, r3, r4\n\tldrd r7, lr, [r0], #8\n\t"                                \
      "smlad r6, r7, r2, r4\n\tsmlad r10, r7, r3, r4\n\tsmlad r7, lr, r2, r4\n\tsmlad r11, lr, r3, r4\n\t"       \
      "smlad r8, r12, r3, r4\n\tsmlad r4, r12, r2, r4"                                                           \
      : "+r"(mn_values), "+r"(mn_weights), "=&r"(mn_even), "=&r"(mn_odd), "=&r"(mn_a), "=&r"(mn_b), "+r"(mn_00), \
        "=&r"(mn_01), "=&r"(mn_02), "=&r"(mn_03), "=&r"(mn_10), "=&r"(mn_11), "=&r"(mn_12), "=&r"(mn_13)         \
      :                                                                                                          \
      : "memory")

/* mn_1p becomes `bias` + the sum of channel 1, which is exact where that lies within 23 bits and a sign. */
#define MN_TILE_UNTANGLE(bias)                                                                                 \
  __asm__ volatile(                                                                                            \
      "sub r8, r8, r4\n\tsub r9, r9, r5\n\tsub r10, r10, r6\n\tsub r11, r11, r7\n\tadd r8, %4, r8, asr #8\n\t" \
      "add r9, %4, r9, asr #8\n\tadd r10, %4, r10, asr #8\n\tadd r11, %4, r11, asr #8"                         \
      : "+r"(mn_10), "+r"(mn_11), "+r"(mn_12), "+r"(mn_13)                                                     \
      : "r"(bias), "r"(mn_00), "r"(mn_01), "r"(mn_02), "r"(mn_03))

/* For windows of more than one segment. Before each: mn_1p = mn_0p, so that their difference becomes 256 x what the
 * segment adds to the sum of channel 1. */
#define MN_TILE_EQUAL()                                                     \
  __asm__ volatile("mov r8, r4\n\tmov r9, r5\n\tmov r10, r6\n\tmov r11, r7" \
                   : "=r"(mn_10), "=r"(mn_11), "=r"(mn_12), "=r"(mn_13)     \
                   : "r"(mn_00), "r"(mn_01), "r"(mn_02), "r"(mn_03))

/* After each but the last, which MN_TILE_UNTANGLE follows: what it added goes to `carry`, four words, to be added at
 * the end. */
#define MN_TILE_CARRY(carry)                                                                                     \
  __asm__ volatile(                                                                                              \
      "sub r8, r8, r4\n\tsub r9, r9, r5\n\tsub r10, r10, r6\n\tsub r11, r11, r7\n\t"                             \
      "ldrd r2, r3, [%[c]]\n\tadd r2, r2, r8, asr #8\n\tadd r3, r3, r9, asr #8\n\tstrd r2, r3, [%[c]]\n\t"       \
      "ldrd r2, r3, [%[c], #8]\n\tadd r2, r2, r10, asr #8\n\tadd r3, r3, r11, asr #8\n\tstrd r2, r3, [%[c], #8]" \
      : "=&r"(mn_even), "=&r"(mn_odd), "+r"(mn_10), "+r"(mn_11), "+r"(mn_12), "+r"(mn_13)                        \
      : [c] "r"(carry), "r"(mn_00), "r"(mn_01), "r"(mn_02), "r"(mn_03), "r"(mn_values), "r"(mn_weights)          \
      : "memory")
#define MN_TILE_ADD_CARRY(carry)                                                                       \
  __asm__ volatile("ldrd r2, r3, [%[c]]\n\tadd r8, r8, r2\n\tadd r9, r9, r3\n\t"                       \
                   "ldrd r2, r3, [%[c], #8]\n\tadd r10, r10, r2\n\tadd r11, r11, r3"                   \
                   : "=&r"(mn_even), "=&r"(mn_odd), "+r"(mn_10), "+r"(mn_11), "+r"(mn_12), "+r"(mn_13) \
                   : [c] "r"(carry)                                                                    \
                   : "memory")

/* A sum becomes a byte, in 3 or 4 instructions: see mn_rectified_byte, mn_signed_byte and mn_unshifted_byte. */
#define MN_RECTIFIED(sum) MN_SCALED(sum, "")
#define MN_SIGNED(sum) MN_SCALED(sum, "add %" sum ", %" sum ", %" sum ", asr #31\n\t")
#define MN_SCALED(sum, sign)                                                                                 \
  "smmlar %" sum ", %" sum ", %[m], %" sum "\n\t" sign "smmlsr %" sum ", %" sum ", %[p], %[z]\n\tssat %" sum \
  ", #8, %" sum "\n\t"
#define MN_UNSHIFTED(sum) \
  "smmlar %" sum ", %" sum ", %[m], %" sum "\n\tqadd %" sum ", %" sum ", %[z]\n\tssat %" sum ", #8, %" sum "\n\t"

/* The sums of one channel become bytes, `step` bytes apart: 17 instructions, or 21 with `to_byte` = MN_SIGNED. */
#define MN_STORE_PIXELS(to_byte, first_place, s0, s1, s2, s3, multiplier, power, zero, output, step)                  \
  __asm__ volatile(to_byte("0") "strb %0, [%[o]" first_place "\n\t" to_byte("1") "strb %1, [%[o], %[d]]\n\t" to_byte( \
                       "2") "strb %2, [%[o], %[d], lsl #1]\n\t" to_byte("3") "add %0, %[o], %[d], lsl #1\n\t"         \
                                                                             "strb %3, [%0, %[d]]"                    \
                   : "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3), [o] "+r"(output)                                         \
                   : [m] "r"(multiplier), [p] "r"(power), [z] "r"(zero), [d] "r"(step)                                \
                   : "memory")
#define MN_STORE_CHANNEL(to_byte, s0, s1, s2, s3, multiplier, power, zero, output, step) \
  MN_STORE_PIXELS(to_byte, "]", s0, s1, s2, s3, multiplier, power, zero, output, step)

/* The same, from the byte behind `output` on, which moves there. */
#define MN_STORE_NEXT_CHANNEL(to_byte, s0, s1, s2, s3, multiplier, power, zero, output, step) \
  MN_STORE_PIXELS(to_byte, ", #1]!", s0, s1, s2, s3, multiplier, power, zero, output, step)

/* Nine taps of four neighbouring outputs, 36 products, in 25 instructions: the sums of a 3x3 window over a record of
 * mn_depthwise_dsp.c and the next one, which lies 24 words behind. Columns are pairs of rows 0 and 1 (two words a
 * load), row 2 is pairs of columns -1 0, 1 2, 3 4. c0, c1, c2 hold the taps of the columns, p and q taps 0 1 and 1 2 of
 * row 2. `values` moves on to the next record, and s3 comes as the bias. */
#define MN_WINDOWS_3X3(s0, s1, s2, s3, values, c0, c1, c2, p, q)                                                     \
  do {                                                                                                               \
    uint32_t mn_a, mn_b;                                                                                             \
    __asm__ volatile("ldrd %[a], %[b], [%[v], #8]\n\t"                                                               \
                     "smlad %0, %[a], %[z], %3\n\tsmlad %1, %[a], %[y], %3\n\tsmlad %2, %[a], %[x], %3\n\t"          \
                     "smlad %3, %[b], %[x], %3\n\tsmlad %1, %[b], %[z], %1\n\tsmlad %2, %[b], %[y], %2\n\t"          \
                     "ldrd %[a], %[b], [%[v], #96]\n\t"                                                              \
                     "smlad %2, %[a], %[z], %2\n\tsmlad %3, %[a], %[y], %3\n\tsmlad %3, %[b], %[z], %3\n\t"          \
                     "ldrd %[a], %[b], [%[v], #16]\n\t"                                                              \
                     "smlad %0, %[a], %[t], %0\n\tsmlatb %1, %[a], %[t], %1\n\tsmlabt %0, %[b], %[u], %0\n\t"        \
                     "smlad %1, %[b], %[u], %1\n\tsmlad %2, %[b], %[t], %2\n\tsmlatb %3, %[b], %[t], %3\n\t"         \
                     "ldr %[a], [%[v], #112]\n\tsmlabt %2, %[a], %[u], %2\n\tsmlad %3, %[a], %[u], %3\n\t"           \
                     "ldrd %[a], %[b], [%[v]], #96\n\t"                                                              \
                     "smlad %0, %[a], %[x], %0\n\tsmlad %0, %[b], %[y], %0\n\tsmlad %1, %[b], %[x], %1"              \
                     : "=&r"(s0), "=&r"(s1), "=&r"(s2), "+r"(s3), [v] "+r"(values), [a] "=&r"(mn_a), [b] "=&r"(mn_b) \
                     : [x] "r"(c0), [y] "r"(c1), [z] "r"(c2), [t] "r"(p), [u] "r"(q)                                 \
                     : "memory");                                                                                    \
  } while (0)

/* The same with stride 2, over two records and the beginning of a third, in 28. */
#define MN_WINDOWS_3X3_STRIDE_2(s0, s1, s2, s3, values, c0, c1, c2, p, q)                                            \
  do {                                                                                                               \
    uint32_t mn_a, mn_b;                                                                                             \
    __asm__ volatile("ldrd %[a], %[b], [%[v], #8]\n\t"                                                               \
                     "smlad %0, %[a], %[z], %3\n\tsmlad %1, %[a], %[x], %3\n\tsmlad %1, %[b], %[y], %1\n\t"          \
                     "ldrd %[a], %[b], [%[v], #96]\n\t"                                                              \
                     "smlad %1, %[a], %[z], %1\n\tsmlad %2, %[a], %[x], %3\n\tsmlad %2, %[b], %[y], %2\n\t"          \
                     "ldrd %[a], %[b], [%[v], #104]\n\t"                                                             \
                     "smlad %2, %[a], %[z], %2\n\tsmlad %3, %[a], %[x], %3\n\tsmlad %3, %[b], %[y], %3\n\t"          \
                     "ldr %[a], [%[v], #192]\n\tsmlad %3, %[a], %[z], %3\n\t"                                        \
                     "ldrd %[a], %[b], [%[v], #16]\n\t"                                                              \
                     "smlad %0, %[a], %[t], %0\n\tsmlabt %0, %[b], %[u], %0\n\tsmlad %1, %[b], %[t], %1\n\t"         \
                     "ldrd %[a], %[b], [%[v], #112]\n\t"                                                             \
                     "smlabt %1, %[a], %[u], %1\n\tsmlad %2, %[a], %[t], %2\n\tsmlabt %2, %[b], %[u], %2\n\t"        \
                     "smlad %3, %[b], %[t], %3\n\tldr %[a], [%[v], #208]\n\tsmlabt %3, %[a], %[u], %3\n\t"           \
                     "ldrd %[a], %[b], [%[v]], #192\n\tsmlad %0, %[a], %[x], %0\n\tsmlad %0, %[b], %[y], %0"         \
                     : "=&r"(s0), "=&r"(s1), "=&r"(s2), "+r"(s3), [v] "+r"(values), [a] "=&r"(mn_a), [b] "=&r"(mn_b) \
                     : [x] "r"(c0), [y] "r"(c1), [z] "r"(c2), [t] "r"(p), [u] "r"(q)                                 \
                     : "memory");                                                                                    \
  } while (0)

/* Four bytes each of four pixels to 16 lanes in 13 instructions: bytes 0 and 2 of the pixels, then bytes 1 and 3 of
 * them. `extend` is "sxtb16", or "uxtb16" for the bytes of an image. All pointers move on. */
#define MN_WIDEN_4X4(extend, lanes, p0, p1, p2, p3)                                                             \
  __asm__ volatile("ldr r4, [%1], #4\n\tldr r5, [%2], #4\n\tldr r6, [%3], #4\n\tldr r7, [%4], #4\n\t" extend    \
                   " r8, r4, ror #8\n\t" extend " r9, r5, ror #8\n\t" extend " r10, r6, ror #8\n\t" extend      \
                   " r11, r7, ror #8\n\t" extend " r4, r4\n\t" extend " r5, r5\n\t" extend " r6, r6\n\t" extend \
                   " r7, r7\n\tstmia %0!, {r4-r11}"                                                             \
                   : "+r"(lanes), "+r"(p0), "+r"(p1), "+r"(p2), "+r"(p3)                                        \
                   :                                                                                            \
                   : "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "memory")

#endif
