/* Part of mn_dsp.h, in place of mn_dsp_instructions.h: the meaning of each instruction and sequence in C, for tests of
 * the same kernels on other machines. No exported program has it. */
#ifndef MN_DSP_EMULATED_H
#define MN_DSP_EMULATED_H

#include <stdint.h>

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
MN_INSTRUCTION int32_t mn_saturated_sum(int32_t a, int32_t b) {
  const int64_t sum = (int64_t)a + b;
  return sum > INT32_MAX ? INT32_MAX : (sum < INT32_MIN ? INT32_MIN : (int32_t)sum);
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

#define MN_TILE_EQUAL() (mn_10 = mn_00, mn_11 = mn_01, mn_12 = mn_02, mn_13 = mn_03)
#define MN_TILE_CARRY(carry)                                                \
  do {                                                                      \
    (carry)[0] = mn_wrapped((int64_t)(carry)[0] + mn_higher(mn_10, mn_00)); \
    (carry)[1] = mn_wrapped((int64_t)(carry)[1] + mn_higher(mn_11, mn_01)); \
    (carry)[2] = mn_wrapped((int64_t)(carry)[2] + mn_higher(mn_12, mn_02)); \
    (carry)[3] = mn_wrapped((int64_t)(carry)[3] + mn_higher(mn_13, mn_03)); \
  } while (0)
#define MN_TILE_ADD_CARRY(carry)                     \
  do {                                               \
    mn_10 = mn_wrapped((int64_t)mn_10 + (carry)[0]); \
    mn_11 = mn_wrapped((int64_t)mn_11 + (carry)[1]); \
    mn_12 = mn_wrapped((int64_t)mn_12 + (carry)[2]); \
    mn_13 = mn_wrapped((int64_t)mn_13 + (carry)[3]); \
  } while (0)

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
#define MN_UNSHIFTED mn_unshifted_byte
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
