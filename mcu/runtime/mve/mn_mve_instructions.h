/* Part of mn_mve.h: the inner loops, in assembly. The large ones are whole functions without the compiler's prologue
 * (naked), since the sums alone take all even registers, which VMLADAVA requires, and since the number of instructions
 * is the point. mn_mve_emulated.h has the same functions in C. */
#ifndef MN_MVE_INSTRUCTIONS_H
#define MN_MVE_INSTRUCTIONS_H

#include <stdint.h>

/* The parameters are read where the calling convention puts them. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define MN_ASSEMBLY static __attribute__((naked, noinline, unused))
#define MN_ENTER "push {r4-r11, lr}\n\tvpush {d8-d15}\n\t"
#define MN_LEAVE "vpop {d8-d15}\n\tpop {r4-r11, pc}\n\t"

/* Copies and fills bytes. */
MN_INSTRUCTION void mn_copy(int8_t *to, const int8_t *from, int32_t count) {
  __asm__ volatile("wlstp.8 lr, %[n], 1f\n0:\n\tvldrb.8 q0, [%[s]], #16\n\tvstrb.8 q0, [%[d]], #16\n\tletp lr, 0b\n1:"
                   : [d] "+r"(to), [s] "+r"(from)
                   : [n] "r"(count)
                   : "q0", "lr", "cc", "memory");
}

MN_INSTRUCTION void mn_fill(int8_t *to, int8_t value, int32_t count) {
  __asm__ volatile("vdup.8 q0, %[v]\n\twlstp.8 lr, %[n], 1f\n0:\n\tvstrb.8 q0, [%[d]], #16\n\tletp lr, 0b\n1:"
                   : [d] "+r"(to)
                   : [n] "r"(count), [v] "r"(value)
                   : "q0", "lr", "cc", "memory");
}

MN_INSTRUCTION void mn_clamp_bytes(int8_t *bytes, int32_t count, int8_t low, int8_t high) {
  __asm__ volatile(
      "vdup.8 q1, %[l]\n\tvdup.8 q2, %[h]\n\twlstp.8 lr, %[n], 1f\n0:\n\tvldrb.8 q0, [%[d]]\n\tvmax.s8 q0, q0, q1\n\t"
      "vmin.s8 q0, q0, q2\n\tvstrb.8 q0, [%[d]], #16\n\tletp lr, 0b\n1:"
      : [d] "+r"(bytes)
      : [n] "r"(count), [l] "r"(low), [h] "r"(high)
      : "q0", "q1", "q2", "lr", "cc", "memory");
}

MN_INSTRUCTION void mn_flip_bytes(int8_t *bytes, int32_t count, int32_t bits) {
  __asm__ volatile(
      "vdup.8 q1, %[b]\n\twlstp.8 lr, %[n], 1f\n0:\n\tvldrb.8 q0, [%[d]]\n\tveor q0, q0, q1\n\tvstrb.8 q0, [%[d]], "
      "#16\n\t"
      "letp lr, 0b\n1:"
      : [d] "+r"(bytes)
      : [n] "r"(count), [b] "r"(bits)
      : "q0", "q1", "lr", "cc", "memory");
}

/* From four places `step` apart to four places `apart`, `count` bytes each. */
MN_INSTRUCTION void mn_copy_four(int8_t *to, int32_t apart, const int8_t *from, int32_t step, int32_t count) {
  int8_t *d1 = to + apart, *d2 = d1 + apart, *d3 = d2 + apart;
  const int8_t *s1 = from + step, *s2 = s1 + step, *s3 = s2 + step;
  __asm__ volatile(
      "wlstp.8 lr, %[n], 1f\n0:\n\tvldrb.8 q0, [%[s0]], #16\n\tvldrb.8 q1, [%[s1]], #16\n\tvldrb.8 q2, [%[s2]], #16\n\t"
      "vldrb.8 q3, [%[s3]], #16\n\tvstrb.8 q0, [%[d0]], #16\n\tvstrb.8 q1, [%[d1]], #16\n\tvstrb.8 q2, [%[d2]], #16\n\t"
      "vstrb.8 q3, [%[d3]], #16\n\tletp lr, 0b\n1:"
      : [d0] "+r"(to), [d1] "+r"(d1), [d2] "+r"(d2), [d3] "+r"(d3), [s0] "+r"(from), [s1] "+r"(s1), [s2] "+r"(s2),
        [s3] "+r"(s3)
      : [n] "r"(count)
      : "q0", "q1", "q2", "q3", "lr", "cc", "memory");
}

/* Of each of four pixels `step` bytes apart: `count` (17 to 32) bytes at the given offsets, with `bits` flipped, to
 * windows `count` bytes apart. */
MN_INSTRUCTION void mn_gather_windows(int8_t *to, const int8_t *from, int32_t step, const uint8_t *offsets,
                                      int32_t count, int32_t bits) {
  int32_t left = kTile;
  __asm__ volatile(
      "vldrb.8 q0, [%[o]]\n\tvldrb.8 q1, [%[o], #16]\n\tvdup.8 q2, %[b]\n\tsub %[o], %[n], #16\n\tvctp.8 %[o]\n"
      "0:\n\tvldrb.u8 q3, [%[s], q0]\n\tveor q3, q3, q2\n\tvstrb.8 q3, [%[d]]\n\tvldrb.u8 q3, [%[s], q1]\n\t"
      "veor q3, q3, q2\n\tvpst\n\tvstrbt.8 q3, [%[d], #16]\n\tadd %[s], %[s], %[step]\n\tadd %[d], %[d], %[n]\n\t"
      "subs %[left], %[left], #1\n\tbne 0b"
      : [d] "+r"(to), [s] "+r"(from), [o] "+r"(offsets), [left] "+r"(left)
      : [n] "r"(count), [b] "r"(bits), [step] "r"(step)
      : "q0", "q1", "q2", "q3", "cc", "memory");
}

/* Constants of `count` channels (mn_divisor), four at a time. */
MN_ASSEMBLY void mn_prepare_scales(mn_channel_scale *scales, const int32_t *multipliers, const uint8_t *shifts,
                                   const int32_t *biases, int32_t count) {
  __asm__ volatile(
      "push {r4-r6, lr}\n\tldr lr, [sp, #16]\n\tvmov.i32 q5, #0x80000000\n\tmovs r4, #0\n\tvidup.u32 q4, r4, #4\n\t"
      "movs r4, #3\n\tvmul.i32 q4, q4, r4\n\tsubs r0, #48\n\tvadd.i32 q4, q4, r0\n\tmovs r4, #1\n\tmovs r5, #2\n\t"
      "movs r6, #12\n\twlstp.32 lr, lr, 1f\n0:\n\tvldrw.u32 q0, [r1], #16\n\tvldrb.u32 q1, [r2], #4\n\t"
      "vldrw.u32 q2, [r3], #16\n\tvneg.s32 q3, q1\n\tvshl.u32 q3, q5, q3\n\tvpte.s32 lt, q1, r6\n\t"
      "vaddt.i32 q3, q3, r4\n\tvnege.s32 q3, q3\n\tvpt.i32 eq, q1, zr\n\tvsubt.i32 q3, q3, r5\n\t"
      "vstrw.32 q0, [q4, #48]!\n\tvstrw.32 q3, [q4, #4]\n\tvstrw.32 q2, [q4, #8]\n\tletp lr, 0b\n1:\n\t"
      "pop {r4-r6, pc}");
}

/* Adds, to the biases of two channels, 128 times the sum of their weights (of `taps` taps). */
MN_INSTRUCTION void mn_add_weights(const int8_t *weights, int32_t taps, mn_channel_scale *scales) {
  int32_t first = 0, both = 0;
  __asm__ volatile(
      "wlstp.16 lr, %[n], 1f\n0:\n\tvldrh.u16 q0, [%[w]], #16\n\tvmovlb.s8 q1, q0\n\tvaddva.s16 %[both], q0\n\t"
      "vaddva.s16 %[first], q1\n\tletp lr, 0b\n1:"
      : [w] "+r"(weights), [first] "+Te"(first), [both] "+Te"(both)
      : [n] "r"(taps)
      : "q0", "q1", "lr", "cc", "memory");
  scales[0].bias = (int32_t)((uint32_t)scales[0].bias + 128u * (uint32_t)first);
  scales[1].bias = (int32_t)((uint32_t)scales[1].bias + 128u * (uint32_t)((both - first) >> 8));
}

/* mn_multiply_tile. r1: weights. r3, r5, r7, r9: pixels. Sums: r0, r2, r4, r6 of the first channel, r8, r10, r12, lr of
 * the second. r11: what is left. A block of 32 taps: VLD4 separates both channels' weights, even places from odd ones,
 * and 4 instructions undo the borrow in the second channel's (mn_second_weight); for each pixel VLD2 separates the
 * values alike, and 4 multiply and add up. */
#define MN_BLOCK_OF_PIXEL(add, pixel, first, second)                                                          \
  "vld20.16 {q4, q5}, [" pixel "]\n\tvld21.16 {q4, q5}, [" pixel "]!\n\t" add ".s8 " first ", q4, q0\n\t" add \
  ".s8 " second ", q4, q1\n\tvmladava.s8 " first ", q5, q2\n\tvmladava.s8 " second ", q5, q3\n\t"
#define MN_BLOCK(add)                                                                                         \
  "vld40.8 {q0, q1, q2, q3}, [r1]\n\tvld41.8 {q0, q1, q2, q3}, [r1]\n\tvld42.8 {q0, q1, q2, q3}, [r1]\n\t"    \
  "vld43.8 {q0, q1, q2, q3}, [r1]!\n\tvshr.s8 q4, q0, #7\n\tvshr.s8 q5, q2, #7\n\tvsub.i8 q1, q1, q4\n\t"     \
  "vsub.i8 q3, q3, q5\n\t" MN_BLOCK_OF_PIXEL(add, "r3", "r0", "r8") MN_BLOCK_OF_PIXEL(add, "r5", "r2", "r10") \
      MN_BLOCK_OF_PIXEL(add, "r7", "r4", "r12") MN_BLOCK_OF_PIXEL(add, "r9", "r6", "lr")
/* Sixteen taps beyond blocks, or fewer with lanes masked (t). q6, q7: where the weights lie, of the first channel and
 * of the second. */
#define MN_STEP_OF_PIXEL(add, values, first, second) \
  add ".s8 " first ", " values ", q0\n\t" add ".s8 " second ", " values ", q1\n\t"
#define MN_STEP(add, masked2, masked4, t)                                                                          \
  masked2 "vldrb" t ".u8 q0, [r1, q6]\n\tvldrb" t                                                                  \
          ".u8 q1, [r1, q7]\n\tvshr.s8 q2, q0, #7\n\t"                                                             \
          "vsub.i8 q1, q1, q2\n\t" masked4 "vldrb" t ".u8 q2, [r3], #16\n\tvldrb" t                                \
          ".u8 q3, [r5], #16\n\t"                                                                                  \
          "vldrb" t ".u8 q4, [r7], #16\n\tvldrb" t ".u8 q5, [r9], #16\n\t" MN_STEP_OF_PIXEL(add, "q2", "r0", "r8") \
              MN_STEP_OF_PIXEL(add, "q3", "r2", "r10") MN_STEP_OF_PIXEL(add, "q4", "r4", "r12")                    \
                  MN_STEP_OF_PIXEL(add, "q5", "r6", "lr")
#define MN_MASKED_STEP(add) "vctp.8 r11\n\t" MN_STEP(add, "vpstt\n\t", "vpstttt\n\t", "t")
#define MN_BLOCKS \
  MN_BLOCK("vmladav") "subs r11, r11, #1\n\tbeq 3f\n2:\n\t" MN_BLOCK("vmladava") "subs r11, r11, #1\n\tbne 2b\n3:\n\t"
#define MN_REST \
  "ldr r11, [sp]\n\tldr r11, [r11, #20]\n4:\n\t" MN_MASKED_STEP("vmladava") "add r1, r1, #32\n\t"              \
  "subs r11, r11, #16\n\tbgt 4b\n\tadd r1, r1, r11, lsl #1\n\t"
#define MN_ONE_STEP MN_MASKED_STEP("vmladav") "add r1, r1, r11, lsl #1\n\t"
#define MN_TWO_STEPS             \
  MN_STEP("vmladav", "", "", "") \
  "add r1, r1, #32\n\tsub r11, r11, #16\n\t" MN_MASKED_STEP("vmladava") "add r1, r1, r11, lsl #1\n\t"
/* By a divisor that may be negative. */
#define MN_DIVIDE(sums, divisor, label)                                                             \
  "cmp " divisor ", #0\n\tbge " label "f\n\trsb " divisor ", " divisor ", #0\n\tvshr.s32 q2, " sums \
  ", #31\n\t"                                                                                       \
  "vadd.i32 " sums ", " sums ", q2\n" label ":\n\tvqrdmulh.s32 " sums ", " sums ", " divisor "\n\t"
/* What follows the sums: the pair's constants, four outputs of each channel, and the next pair. */
#define MN_OUTPUTS_OF_PAIR(get_places, places)                                                                       \
  "vmov q0[2], q0[0], r0, r4\n\tvmov q0[3], q0[1], r2, r6\n\tvmov q1[2], q1[0], r8, r12\n\t"                         \
  "vmov q1[3], q1[1], r10, lr\n\tldr r11, [sp]\n\tldrd r3, r5, [r11, #24]\n\tldm r3!, {r0, r2, r4, r6, r8, r10}\n\t" \
  "vadd.i32 q0, q0, r4\n\tvadd.i32 q1, q1, r10\n\tvqrdmulh.s32 q0, q0, r0\n\tvqrdmulh.s32 q1, q1, r6\n\t"            \
  "orrs r7, r2, r8\n\tbmi 8f\n\tvqrdmulh.s32 q0, q0, r2\n\tvqrdmulh.s32 q1, q1, r8\n7:\n\t"                          \
  "ldrd r7, r9, [r11, #32]\n\t" get_places                                                                           \
  "vqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\t"                                                                     \
  "vqadd.s16 q0, q0, r7\n\tvqmovnb.s16 q0, q0\n\tvstrb.16 q0, [r5, " places                                          \
  "]\n\tadds r5, #2\n\t"                                                                                             \
  "strd r3, r5, [r11, #24]\n\tcmp r3, r9\n\tbne 1b\n\tadd sp, #4\n\t" MN_LEAVE "8:\n\t" MN_DIVIDE("q0", "r2", "80")  \
      MN_DIVIDE("q1", "r8", "81") "b 7b\n\t"
#define MN_MULTIPLY(prepare, sums, count, get_places, places)                                          \
  MN_ENTER "push {r0}\n\tmov r11, r0\n\tldr r1, [r11, #40]\n\t" prepare                                \
           "1:\n\tldrd r3, r5, [r11]\n\tldrd r7, r9, [r11, #8]\n\tldr r11, [r11, #" count "]\n\t" sums \
           MN_OUTPUTS_OF_PAIR(get_places, places)
#define MN_LOAD_LANES "ldr r2, [r11, #44]\n\tvldrb.8 q6, [r2]\n\tmovs r2, #1\n\tvadd.i8 q7, q6, r2\n"
#define MN_MULTIPLY_STEPS(sums, count) MN_MULTIPLY(MN_LOAD_LANES, sums, count, "vldrh.u16 q2, [r11, #48]\n\t", "q2")

MN_ASSEMBLY void mn_multiply_blocks(mn_tile *tile) {
  __asm__ volatile(MN_MULTIPLY("vldrh.u16 q6, [r11, #48]\n", MN_BLOCKS, "16", "", "q6"));
}
MN_ASSEMBLY void mn_multiply_blocks_and_rest(mn_tile *tile) {
  __asm__ volatile(MN_MULTIPLY_STEPS(MN_BLOCKS MN_REST, "16"));
}
MN_ASSEMBLY void mn_multiply_one_step(mn_tile *tile) { __asm__ volatile(MN_MULTIPLY_STEPS(MN_ONE_STEP, "20")); }
MN_ASSEMBLY void mn_multiply_two_steps(mn_tile *tile) { __asm__ volatile(MN_MULTIPLY_STEPS(MN_TWO_STEPS, "20")); }

/* Outputs of all pairs of the tile. */
MN_INSTRUCTION void mn_multiply_tile(mn_tile *tile) {
  if (tile->blocks > 0 && tile->rest == 0)
    mn_multiply_blocks(tile);
  else if (tile->blocks > 0)
    mn_multiply_blocks_and_rest(tile);
  else if (tile->rest <= kStep)
    mn_multiply_one_step(tile);
  else
    mn_multiply_two_steps(tile);
}

/* Stores the bytes of four channels of `rows` rows, from `channel` on, in their words of a table. `columns` is the byte
 * of the first row in the table's first column. A row that does not exist is padding. */
MN_ASSEMBLY void mn_interleave(int8_t *columns, const int8_t *const *row, int32_t rows, int32_t channel,
                               const mn_row_shape *shape) {
  /* q2, q3: where eight columns lie; q4, q5: where their bytes go. The rest, fewer than eight, with lanes masked. */
  __asm__ volatile(
      "push {r4-r9, r11, lr}\n\tvpush {d8-d13}\n\tldr r12, [sp, #80]\n\tldm r12, {r4-r6}\n\tvdup.8 q6, r6\n\t"
      "movs r6, #0\n\tvidup.u32 q2, r6, #1\n\tvmul.i32 q2, q2, r4\n\tlsls r7, r4, #2\n\tvadd.i32 q3, q2, r7\n\t"
      "lsls r7, r7, #1\n\tmovs r6, #0\n\tvidup.u8 q4, r6, #4\n\tmovs r6, #64\n\tvadd.i8 q5, q4, r6\n\t"
      "lsr r8, r5, #3\n\tand r9, r5, #7\n"
      "1:\n\tldr r6, [r1], #4\n\tmov r11, r0\n\tcbz r6, 5f\n\tadd r6, r6, r3\n\twls lr, r8, 3f\n"
      "2:\n\tvldrw.u32 q0, [r6, q2]\n\tvldrw.u32 q1, [r6, q3]\n\tvstrb.8 q0, [r11, q4]\n\tvstrb.8 q1, [r11, q5]\n\t"
      "add r6, r6, r7\n\tadd r11, r11, #128\n\tle lr, 2b\n"
      "3:\n\tcmp r9, #0\n\tbeq 4f\n\tvctp.32 r9\n\tvpstt\n\tvldrwt.u32 q0, [r6, q2]\n\tvstrbt.8 q0, [r11, q4]\n\t"
      "subs r12, r9, #4\n\tble 4f\n\tvctp.32 r12\n\tvpstt\n\tvldrwt.u32 q1, [r6, q3]\n\tvstrbt.8 q1, [r11, q5]\n"
      "4:\n\tadds r0, #1\n\tsubs r2, #1\n\tbne 1b\n\tvpop {d8-d13}\n\tpop {r4-r9, r11, pc}\n"
      "5:\n\twls lr, r8, 7f\n6:\n\tvstrb.8 q6, [r11, q4]\n\tvstrb.8 q6, [r11, q5]\n\tadd r11, r11, #128\n\tle lr, 6b\n"
      "7:\n\tcmp r9, #0\n\tbeq 4b\n\tvctp.32 r9\n\tvpst\n\tvstrbt.8 q6, [r11, q4]\n\tsubs r12, r9, #4\n\tble 4b\n\t"
      "vctp.32 r12\n\tvpst\n\tvstrbt.8 q6, [r11, q5]\n\tb 4b");
}

/* The same for one row whose columns do not begin at multiples of 4. If fewer than four columns are left, those before
 * them are stored once more; if there are none, lanes are masked. */
MN_ASSEMBLY void mn_interleave_unaligned(int8_t *columns, const int8_t *from, int32_t step, int32_t count) {
  __asm__ volatile(
      "push {r4-r8, lr}\n\tmovs r4, #0\n\tvidup.u8 q1, r4, #4\n\tsubs r3, #4\n\tblt 2f\n"
      "0:\n\tldr r4, [r1]\n\tldr r5, [r1, r2]\n\tadd r8, r1, r2, lsl #1\n\tldr r6, [r8]\n\tldr r7, [r8, r2]\n\t"
      "vmov q0[2], q0[0], r4, r6\n\tvmov q0[3], q0[1], r5, r7\n\tvstrb.8 q0, [r0, q1]\n\tadds r0, #64\n\t"
      "add r1, r8, r2, lsl #1\n\tcbz r3, 1f\n\tsubs r3, #4\n\tbge 0b\n\tadd r0, r0, r3, lsl #4\n\t"
      "mla r1, r2, r3, r1\n\tmovs r3, #0\n\tb 0b\n"
      "1:\n\tpop {r4-r8, pc}\n"
      "2:\n\tadds r3, #4\n\tvctp.32 r3\n\tldr r4, [r1]\n\tcmp r3, #2\n\tit ge\n\tldrge r5, [r1, r2]\n\t"
      "add r8, r1, r2, lsl #1\n\tit gt\n\tldrgt r6, [r8]\n\tvmov q0[2], q0[0], r4, r6\n\t"
      "vmov q0[3], q0[1], r5, r5\n\tvpst\n\tvstrbt.8 q0, [r0, q1]\n\tpop {r4-r8, pc}");
}

/* mn_row_of_*. r1: multiplier. r3: divisor. r5: zero point. r7: output. r9: bytes between outputs. r11: outputs that
 * are left. Sums of eight outputs: r0, r2 .. r12, lr. q6: addresses of four columns, from which VLDRW loads 16 bytes,
 * four rows of each; the first load of a round moves on by eight outputs. Each load serves as many outputs as it can.
 */
#define MN_COLUMNS(at, bytes) "vldrw.u32 q0, [" at ", #" bytes "]\n\t"
#define MN_NEXT_COLUMNS(at, bytes) "vldrw.u32 q0, [" at ", #" bytes "]!\n\t"
#define MN_FIRST(sum, taps) "vmladav.s8 " sum ", q0, " taps "\n\t"
#define MN_MORE(sum, taps) "vmladava.s8 " sum ", q0, " taps "\n\t"
/* 3x3. q4: the taps, q5: the same a column later. */
#define MN_SUMS_OF_3X3                                                                                        \
  MN_NEXT_COLUMNS("q6", "128")                                                                                \
  MN_FIRST("r0", "q4")                                                                                        \
  MN_FIRST("r2", "q5")                                                                                        \
  MN_COLUMNS("q6", "32")                                                                                      \
  MN_FIRST("r4", "q4") MN_FIRST("r6", "q5") MN_COLUMNS("q6", "64") MN_FIRST("r8", "q4") MN_FIRST("r10", "q5") \
      MN_COLUMNS("q6", "96") MN_FIRST("r12", "q4") MN_FIRST("lr", "q5")
#define MN_SUMS_OF_3X3_STRIDE_2                                                                                        \
  MN_NEXT_COLUMNS("q6", "256")                                                                                         \
  MN_FIRST("r0", "q4")                                                                                                 \
  MN_COLUMNS("q6", "32")                                                                                               \
  MN_FIRST("r2", "q4")                                                                                                 \
  MN_COLUMNS("q6", "64") MN_FIRST("r4", "q4") MN_COLUMNS("q6", "96") MN_FIRST("r6", "q4") MN_COLUMNS("q6", "128")      \
      MN_FIRST("r8", "q4") MN_COLUMNS("q6", "160") MN_FIRST("r10", "q4") MN_COLUMNS("q6", "192") MN_FIRST("r12", "q4") \
          MN_COLUMNS("q6", "224") MN_FIRST("lr", "q4")
/* 5x5 and 7x7, one table of four rows; the taps of columns 0 to 3, and of 4 to 7. */
#define MN_SUMS_OF_TABLE(add, at, taps, later)                                                                        \
  MN_NEXT_COLUMNS(at, "128")                                                                                          \
  add("r0", taps) MN_COLUMNS(at, "16") add("r2", taps) MN_COLUMNS(at, "32") add("r4", taps) MN_COLUMNS(at, "48")      \
      add("r6", taps) MN_COLUMNS(at, "64") add("r8", taps) MN_MORE("r0", later) MN_COLUMNS(at, "80") add("r10", taps) \
          MN_MORE("r2", later) MN_COLUMNS(at, "96") add("r12", taps) MN_MORE("r4", later) MN_COLUMNS(at, "112")       \
              add("lr", taps) MN_MORE("r6", later) MN_COLUMNS(at, "128") MN_MORE("r8", later) MN_COLUMNS(at, "144")   \
                  MN_MORE("r10", later) MN_COLUMNS(at, "160") MN_MORE("r12", later) MN_COLUMNS(at, "176")             \
                      MN_MORE("lr", later)
#define MN_SUMS_OF_TABLE_STRIDE_2(add, at, taps, later)                                                          \
  MN_NEXT_COLUMNS(at, "256")                                                                                     \
  add("r0", taps) MN_COLUMNS(at, "32") add("r2", taps) MN_COLUMNS(at, "64") add("r4", taps) MN_MORE("r0", later) \
      MN_COLUMNS(at, "96") add("r6", taps) MN_MORE("r2", later) MN_COLUMNS(at, "128") add("r8", taps)            \
          MN_MORE("r4", later) MN_COLUMNS(at, "160") add("r10", taps) MN_MORE("r6", later) MN_COLUMNS(at, "192") \
              add("r12", taps) MN_MORE("r8", later) MN_COLUMNS(at, "224") add("lr", taps) MN_MORE("r10", later)  \
                  MN_COLUMNS(at, "256") MN_MORE("r12", later) MN_COLUMNS(at, "288") MN_MORE("lr", later)
#define MN_SUMS_OF_TABLES(table) table(MN_FIRST, "q6", "q2", "q3") table(MN_MORE, "q7", "q4", "q5")

/* The next channel's constants, before its taps are loaded with q0 as their addresses. */
#define MN_BEGIN_ROW MN_ENTER "sub sp, #8\n\tstr r0, [sp]\n1:\n\t"
#define MN_BEGIN_CHANNEL                                                                                      \
  "ldr r11, [sp]\n\tldm r11, {r0, r2, r4, r5, r7, r9}\n\tvldrw.u32 q1, [r11, #36]\n\tvadd.i32 q6, q1, r0\n\t" \
  "vadd.i32 q0, q1, r2\n\tadds r0, #4\n\tadds r2, #4\n\tldm r4!, {r1, r3, r6}\n\tstm r11, {r0, r2, r4}\n\t"   \
  "add r8, r7, #1\n\tstr r8, [r11, #16]\n\t"
#define MN_TAPS_OF_3X3 "vldrw.u32 q4, [q0, #16]\n\tvldrw.u32 q5, [q0]\n\tvdup.32 q3, r6\n\tvldrh.u16 q7, [r11, #52]\n\t"
#define MN_TAPS_OF_TABLES                                                                        \
  "ldr r0, [r11, #28]\n\tvadd.i32 q7, q6, r0\n\tstr r6, [sp, #4]\n\tvldrw.u32 q2, [q0, #16]\n\t" \
  "vldrw.u32 q3, [q0, #80]\n\tvldrw.u32 q4, [q0, #160]\n\tvldrw.u32 q5, [q0, #224]\n\t"
/* Eight sums to bytes; those beyond the row are not stored. Divisors that were negative: ties of negative numbers go
 * down. */
#define MN_BIAS_OF_3X3 "vadd.i32 q0, q0, q3\n\tvadd.i32 q1, q1, q3\n\t"
#define MN_BIAS_OF_TABLES "ldr r0, [sp, #4]\n\tvadd.i32 q0, q0, r0\n\tvadd.i32 q1, q1, r0\n\t"
#define MN_TIES_DOWN \
  "movs r0, #1\n\tvpt.s32 lt, q0, zr\n\tvsubt.i32 q0, q0, r0\n\tvpt.s32 lt, q1, zr\n\tvsubt.i32 q1, q1, r0\n\t"
#define MN_OUTPUTS(sums, bias, ties, get_places, places, label)                                              \
  label ":\n\t" sums                                                                                         \
        "vmov q0[2], q0[0], r0, r8\n\tvmov q0[3], q0[1], r4, r12\n\tvmov q1[2], q1[0], r2, r10\n\t"          \
        "vmov q1[3], q1[1], r6, lr\n\t" bias "vqrdmulh.s32 q0, q0, r1\n\tvqrdmulh.s32 q1, q1, r1\n\t" ties   \
        "vqrdmulh.s32 q0, q0, r3\n\tvqrdmulh.s32 q1, q1, r3\n\tvqmovnb.s32 q0, q0\n\tvqmovnt.s32 q0, q1\n\t" \
        "vqadd.s16 q0, q0, r5\n\tvqmovnb.s16 q0, q0\n\t" get_places                                          \
        "vctp.16 r11\n\tvpst\n\tvstrbt.16 q0, [r7, " places                                                  \
        "]\n\tadd r7, r7, r9, lsl #3\n\tsubs r11, #8\n\tbgt " label "b\n\t"
#define MN_END_CHANNEL \
  "6:\n\tldr r11, [sp]\n\tldr r0, [r11, #8]\n\tldr r2, [r11, #32]\n\tcmp r0, r2\n\tbne 1b\n\tadd sp, #8\n\t" MN_LEAVE
#define MN_ROW(taps, sums, bias, get_places, places)                                                      \
  MN_BEGIN_ROW MN_BEGIN_CHANNEL taps                                                                      \
      "ldr r11, [r11, #24]\n\tcmp r3, #0\n\tblt 5f\n" MN_OUTPUTS(sums, bias, "", get_places, places, "2") \
          MN_END_CHANNEL "5:\n\trsb r3, r3, #0\n" MN_OUTPUTS(sums, bias, MN_TIES_DOWN, get_places, places, "4") "b 6b"
#define MN_ROW_OF_3X3(sums) MN_ROW(MN_TAPS_OF_3X3, sums, MN_BIAS_OF_3X3, "", "q7")
#define MN_ROW_OF_TABLES(table)                                          \
  MN_ROW(MN_TAPS_OF_TABLES, MN_SUMS_OF_TABLES(table), MN_BIAS_OF_TABLES, \
         "ldr r0, [sp]\n\tvldrh.u16 q1, [r0, #52]\n\t", "q1")

MN_ASSEMBLY void mn_row_of_3x3(mn_group_row *row) { __asm__ volatile(MN_ROW_OF_3X3(MN_SUMS_OF_3X3)); }
MN_ASSEMBLY void mn_row_of_3x3_stride_2(mn_group_row *row) { __asm__ volatile(MN_ROW_OF_3X3(MN_SUMS_OF_3X3_STRIDE_2)); }
MN_ASSEMBLY void mn_row_of_tables(mn_group_row *row) { __asm__ volatile(MN_ROW_OF_TABLES(MN_SUMS_OF_TABLE)); }
MN_ASSEMBLY void mn_row_of_tables_stride_2(mn_group_row *row) {
  __asm__ volatile(MN_ROW_OF_TABLES(MN_SUMS_OF_TABLE_STRIDE_2));
}

/* Eight sums of bytes. r4 to r9: the multipliers and divisors, r10, r11: what is added to the summands times 16. */
#define MN_ADD_EIGHT                                                                                             \
  "vmlas.s16 q0, q7, r10\n\tvmlas.s16 q1, q7, r11\n\tvshllb.s16 q2, q0, #16\n\tvshllt.s16 q0, q0, #16\n\t"       \
  "vshllb.s16 q3, q1, #16\n\tvshllt.s16 q1, q1, #16\n\tvqrdmulh.s32 q2, q2, r4\n\tvqrdmulh.s32 q0, q0, r4\n\t"   \
  "vqrdmulh.s32 q3, q3, r6\n\tvqrdmulh.s32 q1, q1, r6\n\tvqrdmulh.s32 q2, q2, r5\n\tvqrdmulh.s32 q0, q0, r5\n\t" \
  "vqrdmulh.s32 q3, q3, r7\n\tvqrdmulh.s32 q1, q1, r7\n\tvadd.i32 q2, q2, q3\n\tvadd.i32 q0, q0, q1\n\t"         \
  "vqrdmulh.s32 q2, q2, r8\n\tvqrdmulh.s32 q0, q0, r8\n\tvshr.s32 q3, q2, #31\n\tvadd.i32 q2, q2, q3\n\t"        \
  "vshr.s32 q1, q0, #31\n\tvadd.i32 q0, q0, q1\n\tvqrdmulh.s32 q2, q2, r9\n\tvqrdmulh.s32 q0, q0, r9\n\t"        \
  "vqmovnb.s32 q2, q2\n\tvqmovnt.s32 q2, q0\n\tvqadd.s16 q2, q2, r12\n\tvqmovnb.s16 q2, q2\n\t"
MN_ASSEMBLY void mn_add_bytes(const mn_addition *addition, const int8_t *first, const int8_t *second, int8_t *sums,
                              int32_t count) {
  __asm__ volatile(
      MN_ENTER
      "ldm r0!, {r4-r9}\n\tldm r0, {r10-r12}\n\tldr r0, [sp, #100]\n\tvmov.i16 q7, #16\n\t"
      "lsrs lr, r0, #3\n\twls lr, lr, 1f\n0:\n\tvldrb.s16 q0, [r1], #8\n\tvldrb.s16 q1, [r2], #8\n\t" MN_ADD_EIGHT
      "vstrb.16 q2, [r3], #8\n\tle lr, 0b\n1:\n\tands r0, r0, #7\n\tbeq 2f\n\tvctp.16 r0\n\t"
      "vpstt\n\tvldrbt.s16 q0, [r1]\n\tvldrbt.s16 q1, [r2]\n\t" MN_ADD_EIGHT
      "vpst\n\tvstrbt.16 q2, [r3]\n2:\n\t" MN_LEAVE);
}

/* Sums of `count` (1 to 16) channels over at most 256 pixels, `step` bytes apart; writes sixteen. */
MN_ASSEMBLY void mn_sum_channels(const int8_t *from, int32_t step, int32_t pixels, int32_t count, int32_t *sums) {
  __asm__ volatile(
      "push {r4, lr}\n\tldr r4, [sp, #8]\n\tvmov.i32 q0, #0\n\tvmov.i32 q1, #0\n\tcmp r3, #16\n\tbne 2f\n\t"
      "dls lr, r2\n0:\n\tvldrb.s16 q2, [r0]\n\tvldrb.s16 q3, [r0, #8]\n\tvadd.i16 q0, q0, q2\n\tvadd.i16 q1, q1, q3\n\t"
      "add r0, r0, r1\n\tle lr, 0b\n"
      "1:\n\tvmovlb.s16 q2, q0\n\tvmovlt.s16 q3, q0\n\tvst20.32 {q2, q3}, [r4]\n\tvst21.32 {q2, q3}, [r4]!\n\t"
      "vmovlb.s16 q2, q1\n\tvmovlt.s16 q3, q1\n\tvst20.32 {q2, q3}, [r4]\n\tvst21.32 {q2, q3}, [r4]\n\tpop {r4, pc}\n"
      "2:\n\tsubs r12, r3, #8\n\tit mi\n\tmovmi r12, #0\n"
      "3:\n\tvctp.16 r3\n\tvpst\n\tvldrbt.s16 q2, [r0]\n\tvctp.16 r12\n\tvpst\n\tvldrbt.s16 q3, [r0, #8]\n\t"
      "vadd.i16 q0, q0, q2\n\tvadd.i16 q1, q1, q3\n\tadd r0, r0, r1\n\tsubs r2, #1\n\tbne 3b\n\tb 1b");
}

#pragma GCC diagnostic pop

#endif
