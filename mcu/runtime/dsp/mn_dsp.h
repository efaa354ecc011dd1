/* The DSP instructions that the fast kernels are made of (Cortex-M4, M7, M33: ARMv7E-M, ARMv8-M with the DSP
 * extension). What this is not: a general SIMD library; only what a kernel uses stands here. A word is two int16 lanes,
 * low lane first, or four bytes.
 *
 * Inline assembly, since the intrinsics of <arm_acle.h> lack the rotation of SXTB16, SMMLAR and the double load, and
 * since the order of the instructions is the point: they are volatile, so they stay as written. MN_DSP_EMULATED
 * replaces each by its meaning in C, for tests of the same kernels on other machines. */
#ifndef MN_DSP_H
#define MN_DSP_H

#include <stdint.h>

/* MN_PORTABLE chooses the reference kernels everywhere. Without optimisation a compiler keeps too many registers for
 * itself. */
#if !defined(MN_PORTABLE) && \
    (defined(MN_DSP_EMULATED) || (defined(__ARM_FEATURE_DSP) && defined(__thumb2__) && defined(__OPTIMIZE__)))
#define MN_DSP 1
#else
#define MN_DSP 0
#endif

/* Where the program shall be small (-Os), kernels call or loop over what they repeat otherwise. The bytes are the
 * same. */
#ifdef __OPTIMIZE_SIZE__
#define MN_SMALL 1
#define MN_REPEATED __attribute__((noinline))
#else
#define MN_SMALL 0
#define MN_REPEATED __attribute__((always_inline)) inline
#endif

#if MN_DSP && !defined(MN_DSP_EMULATED)

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
#define MN_TILE_TAPS                                                                                       \
  MN_TILE_OPEN                                                                                             \
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

/* The sums of one channel become bytes (see mn_signed_byte), `step` bytes apart: 17 instructions, or 21 with `sign` =
 * MN_SIGNED. */
#define MN_RECTIFIED(sum) ""
#define MN_SIGNED(sum) "add %" sum ", %" sum ", %" sum ", asr #31\n\t"
#define MN_TO_BYTE(sign, sum)                                                                                     \
  "smmlar %" sum ", %" sum ", %[m], %" sum "\n\t" sign(sum) "smmlsr %" sum ", %" sum ", %[p], %[z]\n\tssat %" sum \
                                                            ", #8, %" sum "\n\t"

#define MN_STORE_PIXELS(sign, first_place, s0, s1, s2, s3, multiplier, power, zero, output, step)                    \
  __asm__ volatile(                                                                                                  \
      MN_TO_BYTE(sign, "0") "strb %0, [%[o]" first_place                                                             \
                            "\n\t" MN_TO_BYTE(sign, "1") "strb %1, [%[o], %[d]]\n\t" MN_TO_BYTE(                     \
                                sign,                                                                                \
                                "2") "strb %2, [%[o], %[d], lsl #1]\n\t" MN_TO_BYTE(sign,                            \
                                                                                    "3") "add %0, %[o], %[d], lsl "  \
                                                                                         "#1\n\tstrb %3, [%0, %[d]]" \
      : "+r"(s0), "+r"(s1), "+r"(s2), "+r"(s3), [o] "+r"(output)                                                     \
      : [m] "r"(multiplier), [p] "r"(power), [z] "r"(zero), [d] "r"(step)                                            \
      : "memory")
#define MN_STORE_CHANNEL(sign, s0, s1, s2, s3, multiplier, power, zero, output, step) \
  MN_STORE_PIXELS(sign, "]", s0, s1, s2, s3, multiplier, power, zero, output, step)

/* The same, from the byte behind `output` on, which moves there. */
#define MN_STORE_NEXT_CHANNEL(sign, s0, s1, s2, s3, multiplier, power, zero, output, step) \
  MN_STORE_PIXELS(sign, ", #1]!", s0, s1, s2, s3, multiplier, power, zero, output, step)

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

#elif MN_DSP

#define MN_INSTRUCTION static inline

MN_INSTRUCTION int32_t mn_low(uint32_t lanes) { return (int16_t)(uint16_t)lanes; }
MN_INSTRUCTION int32_t mn_high(uint32_t lanes) { return (int16_t)(uint16_t)(lanes >> 16); }
MN_INSTRUCTION uint32_t mn_lanes(int32_t low, int32_t high) { return (uint16_t)low | (uint32_t)(uint16_t)high << 16; }
/* Wraps around like the instructions. */
MN_INSTRUCTION int32_t mn_wrapped(int64_t x) { return (int32_t)(uint32_t)(uint64_t)x; }

MN_INSTRUCTION uint32_t mn_even_bytes(uint32_t bytes) {
  return mn_lanes((int8_t)(uint8_t)bytes, (int8_t)(uint8_t)(bytes >> 16));
}
MN_INSTRUCTION uint32_t mn_odd_bytes(uint32_t bytes) { return mn_even_bytes(bytes >> 8); }
MN_INSTRUCTION uint32_t mn_low_lanes(uint32_t a, uint32_t b) { return mn_lanes(mn_low(a), mn_low(b)); }
MN_INSTRUCTION uint32_t mn_high_lanes(uint32_t a, uint32_t b) { return mn_lanes(mn_high(a), mn_high(b)); }
MN_INSTRUCTION int32_t mn_dot2(uint32_t a, uint32_t b, int32_t sum) {
  return mn_wrapped((int64_t)sum + (int64_t)mn_low(a) * mn_low(b) + (int64_t)mn_high(a) * mn_high(b));
}
MN_INSTRUCTION int32_t mn_dot_low_high(uint32_t a, uint32_t b, int32_t sum) {
  return mn_wrapped((int64_t)sum + mn_low(a) * mn_high(b));
}
MN_INSTRUCTION int32_t mn_dot_high_low(uint32_t a, uint32_t b, int32_t sum) {
  return mn_wrapped((int64_t)sum + mn_high(a) * mn_low(b));
}
MN_INSTRUCTION int32_t mn_add_high(int32_t sum, int32_t a, int32_t b) {
  return mn_wrapped((int64_t)sum + (((int64_t)a * b + ((int64_t)1 << 31)) >> 32));
}
MN_INSTRUCTION int32_t mn_subtract_high(int32_t sum, int32_t a, int32_t b) {
  return mn_wrapped((int64_t)sum + ((((int64_t)1 << 31) - (int64_t)a * b) >> 32));
}
MN_INSTRUCTION int32_t mn_saturate8(int32_t x) { return x < -128 ? -128 : (x > 127 ? 127 : x); }

#define MN_LOAD2(first, second, words, index) ((first) = (words)[index], (second) = (words)[(index) + 1])

#define MN_NEXT2(one, other, words) ((one) = (words)[0], (other) = (words)[1], (words) += 2)
#define MN_TAKE2(one, other, pointer) ((one) = (pointer)->second.first, (other) = (pointer)->second.second, ++(pointer))
#define MN_GET2(one, other, pair) ((one) = (pair).first, (other) = (pair).second)
#define MN_GET(one, place) ((one) = (place))
#define MN_PUT2(pair, one, other) ((pair).first = (one), (pair).second = (other))
#define MN_STORE2(words, index, first, second) ((words)[index] = (first), (words)[(index) + 1] = (second))

#define MN_TILE_WEIGHTS const uint32_t *mn_weights
#define MN_TILE_REGISTERS             \
  const uint32_t *mn_values;          \
  int32_t mn_00, mn_01, mn_02, mn_03; \
  int32_t mn_10, mn_11, mn_12, mn_13

#define MN_TILE_STEP()                                   \
  do {                                                   \
    const uint32_t mn_even = mn_even_bytes(*mn_weights); \
    mn_00 = mn_dot2(mn_values[0], mn_even, mn_00);       \
    mn_01 = mn_dot2(mn_values[1], mn_even, mn_01);       \
    mn_02 = mn_dot2(mn_values[2], mn_even, mn_02);       \
    mn_03 = mn_dot2(mn_values[3], mn_even, mn_03);       \
    mn_10 = mn_dot2(mn_values[0], *mn_weights, mn_10);   \
    mn_11 = mn_dot2(mn_values[1], *mn_weights, mn_11);   \
    mn_12 = mn_dot2(mn_values[2], *mn_weights, mn_12);   \
    mn_13 = mn_dot2(mn_values[3], *mn_weights, mn_13);   \
    ++mn_weights;                                        \
    mn_values += 4;                                      \
  } while (0)

#define MN_TILE_SKIP(groups) (groups)
#define MN_TILE_OTHER_GROUPS(skip, end)        \
  do {                                         \
    (void)(skip);                              \
    while (mn_values != (end)) MN_TILE_STEP(); \
  } while (0)

#define MN_TILE_FIRST_STEP()                                       \
  do {                                                             \
    mn_01 = mn_02 = mn_03 = mn_10 = mn_11 = mn_12 = mn_13 = mn_00; \
    MN_TILE_STEP();                                                \
  } while (0)

#define MN_TILE_UNTANGLE(bias)                                     \
  do {                                                             \
    mn_10 = mn_wrapped((int64_t)(bias) + mn_higher(mn_10, mn_00)); \
    mn_11 = mn_wrapped((int64_t)(bias) + mn_higher(mn_11, mn_01)); \
    mn_12 = mn_wrapped((int64_t)(bias) + mn_higher(mn_12, mn_02)); \
    mn_13 = mn_wrapped((int64_t)(bias) + mn_higher(mn_13, mn_03)); \
  } while (0)

MN_INSTRUCTION int32_t mn_higher(int32_t both, int32_t lower) { return mn_wrapped((int64_t)both - lower) >> 8; }

MN_INSTRUCTION uint32_t mn_widened(const char *extend, const int8_t *bytes, int first) {
  if (extend[0] == 's') return mn_lanes(bytes[first], bytes[first + 2]);
  return mn_lanes((uint8_t)bytes[first], (uint8_t)bytes[first + 2]);
}

#define MN_WIDEN_4X4(extend, lanes, p0, p1, p2, p3)  \
  do {                                               \
    int mn_first;                                    \
    for (mn_first = 0; mn_first < 2; ++mn_first) {   \
      *(lanes)++ = mn_widened(extend, p0, mn_first); \
      *(lanes)++ = mn_widened(extend, p1, mn_first); \
      *(lanes)++ = mn_widened(extend, p2, mn_first); \
      *(lanes)++ = mn_widened(extend, p3, mn_first); \
    }                                                \
    (p0) += 4;                                       \
    (p1) += 4;                                       \
    (p2) += 4;                                       \
    (p3) += 4;                                       \
  } while (0)

#endif

#if MN_DSP

/* The way from accumulator to byte (mn_arithmetic.h) in four instructions, for every accumulator and a right shift R of
 *   at least 1: mn_multiply_high(x, m) = x + x * (2m - 2^32) / 2^32, rounded with ties up: one SMMLAR, since 2m lies in
 *   [2^31, 2^32) divided by 2^R, plus zero point = zero + h * 2^(32 - R) / 2^32, rounded with ties up: one SMMLSR with
 *   -2^(32 - R), which fits at 1 clamped to a byte = one SSAT; a narrower clamp follows apart
 * What is left is that ties of negative numbers go down, away from zero:
 *   where the clamp ends at the zero point (ReLU), they give the same byte either way
 *   for R in [2, 12] (mn_ties_by_power), with 2^(32 - R) + 1 in place of the power each product is |h| / 2^32 farther
 *     from zero. That is more than nothing, so ties go the right way, and for |h| < 2^(R + 8) less than 1 / 2^R, the
 *     way from the last number that is no tie; beyond, the byte is clamped
 *   otherwise one ADD with a shifted operand makes negative numbers one less first (mn_signed_byte) */
MN_INSTRUCTION int32_t mn_doubled(int32_t multiplier) { return (int32_t)((uint32_t)multiplier << 1); }
MN_INSTRUCTION int32_t mn_ties_by_power(uint8_t right_shift) { return right_shift >= 2 && right_shift <= 12; }
MN_INSTRUCTION int32_t mn_negative_power(uint8_t right_shift, int32_t ties_by_power) {
  return (int32_t)(0u - (1u << (32 - right_shift)) - (uint32_t)ties_by_power);
}
/* The same power without the ties, of one with them; 2^31 wraps around. */
MN_INSTRUCTION int32_t mn_power_alone(int32_t power) { return (int32_t)((uint32_t)power + 1u); }

MN_INSTRUCTION int32_t mn_rectified_byte(int32_t x, int32_t doubled, int32_t power, int32_t zero) {
  return mn_saturate8(mn_subtract_high(zero, mn_add_high(x, x, doubled), power));
}

MN_INSTRUCTION int32_t mn_signed_byte(int32_t x, int32_t doubled, int32_t power, int32_t zero) {
  const int32_t high = mn_add_high(x, x, doubled);
  return mn_saturate8(mn_subtract_high(zero, high - (high < 0), power));
}

#ifdef MN_DSP_EMULATED
#define MN_WINDOWS_3X3(s0, s1, s2, s3, values, c0, c1, c2, p, q)                                \
  do {                                                                                          \
    const uint32_t *const mn_record = values;                                                   \
    s0 = mn_dot2(mn_record[2], c2, mn_dot2(mn_record[1], c1, mn_dot2(mn_record[0], c0, s3)));   \
    s1 = mn_dot2(mn_record[3], c2, mn_dot2(mn_record[2], c1, mn_dot2(mn_record[1], c0, s3)));   \
    s2 = mn_dot2(mn_record[24], c2, mn_dot2(mn_record[3], c1, mn_dot2(mn_record[2], c0, s3)));  \
    s3 = mn_dot2(mn_record[25], c2, mn_dot2(mn_record[24], c1, mn_dot2(mn_record[3], c0, s3))); \
    s0 = mn_dot_low_high(mn_record[5], q, mn_dot2(mn_record[4], p, s0));                        \
    s1 = mn_dot2(mn_record[5], q, mn_dot_high_low(mn_record[4], p, s1));                        \
    s2 = mn_dot_low_high(mn_record[28], q, mn_dot2(mn_record[5], p, s2));                       \
    s3 = mn_dot2(mn_record[28], q, mn_dot_high_low(mn_record[5], p, s3));                       \
    values += 24;                                                                               \
  } while (0)
#define MN_WINDOWS_3X3_STRIDE_2(s0, s1, s2, s3, values, c0, c1, c2, p, q)                        \
  do {                                                                                           \
    const uint32_t *const mn_record = values;                                                    \
    s0 = mn_dot2(mn_record[2], c2, mn_dot2(mn_record[1], c1, mn_dot2(mn_record[0], c0, s3)));    \
    s1 = mn_dot2(mn_record[24], c2, mn_dot2(mn_record[3], c1, mn_dot2(mn_record[2], c0, s3)));   \
    s2 = mn_dot2(mn_record[26], c2, mn_dot2(mn_record[25], c1, mn_dot2(mn_record[24], c0, s3))); \
    s3 = mn_dot2(mn_record[48], c2, mn_dot2(mn_record[27], c1, mn_dot2(mn_record[26], c0, s3))); \
    s0 = mn_dot_low_high(mn_record[5], q, mn_dot2(mn_record[4], p, s0));                         \
    s1 = mn_dot_low_high(mn_record[28], q, mn_dot2(mn_record[5], p, s1));                        \
    s2 = mn_dot_low_high(mn_record[29], q, mn_dot2(mn_record[28], p, s2));                       \
    s3 = mn_dot_low_high(mn_record[52], q, mn_dot2(mn_record[29], p, s3));                       \
    values += 48;                                                                                \
  } while (0)
#define MN_RECTIFIED mn_rectified_byte
#define MN_SIGNED mn_signed_byte
#define MN_STORE_CHANNEL(to_byte, s0, s1, s2, s3, multiplier, power, zero, output, step) \
  do {                                                                                   \
    (output)[0] = (int8_t)to_byte(s0, multiplier, power, zero);                          \
    (output)[step] = (int8_t)to_byte(s1, multiplier, power, zero);                       \
    (output)[2 * (step)] = (int8_t)to_byte(s2, multiplier, power, zero);                 \
    (output)[3 * (step)] = (int8_t)to_byte(s3, multiplier, power, zero);                 \
  } while (0)
#define MN_STORE_NEXT_CHANNEL(to_byte, s0, s1, s2, s3, multiplier, power, zero, output, step) \
  do {                                                                                        \
    ++(output);                                                                               \
    MN_STORE_CHANNEL(to_byte, s0, s1, s2, s3, multiplier, power, zero, output, step);         \
  } while (0)
#endif

#endif
#endif
