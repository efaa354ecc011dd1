/* Part of mn_mve.h, in place of mn_mve_instructions.h: what each inner loop computes, in C, for tests of the same
 * kernels on other machines. No exported program has it. */
#ifndef MN_MVE_EMULATED_H
#define MN_MVE_EMULATED_H

#include <stdint.h>

#define MN_UNUSED __attribute__((unused))

static MN_UNUSED void mn_copy(int8_t *to, const int8_t *from, int32_t count) {
  while (count-- > 0) *to++ = *from++;
}
static MN_UNUSED void mn_fill(int8_t *to, int8_t value, int32_t count) {
  while (count-- > 0) *to++ = value;
}
static MN_UNUSED void mn_clamp_bytes(int8_t *bytes, int32_t count, int8_t low, int8_t high) {
  for (; count > 0; --count, ++bytes) *bytes = *bytes < low ? low : (*bytes > high ? high : *bytes);
}
static MN_UNUSED void mn_flip_bytes(int8_t *bytes, int32_t count, int32_t bits) {
  for (; count > 0; --count, ++bytes) *bytes = (int8_t)(*bytes ^ bits);
}
static MN_UNUSED void mn_copy_four(int8_t *to, int32_t apart, const int8_t *from, int32_t step, int32_t count) {
  int32_t i;
  for (i = 0; i < kTile; ++i) mn_copy(to + i * apart, from + i * step, count);
}
static MN_UNUSED void mn_gather_windows(int8_t *to, const int8_t *from, int32_t step, const uint8_t *offsets,
                                        int32_t count, int32_t bits) {
  int32_t pixel, i;
  for (pixel = 0; pixel < kTile; ++pixel, to += count, from += step) {
    for (i = 0; i < count; ++i) to[i] = (int8_t)(from[offsets[i]] ^ bits);
  }
}

/* VQRDMULH and saturating narrowing. */
static MN_UNUSED int32_t mn_vqrdmulh(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b * 2 + ((int64_t)1 << 31)) >> 32);
}
static MN_UNUSED int32_t mn_narrowed(int32_t x, int32_t bits) {
  const int32_t most = ((int32_t)1 << (bits - 1)) - 1;
  return x > most ? most : (x < -most - 1 ? -most - 1 : x);
}
static MN_UNUSED int32_t mn_units(int32_t sum, int32_t multiplier, int32_t divisor) {
  int32_t high = mn_vqrdmulh(sum, multiplier);
  if (divisor < 0) high -= high < 0;
  return mn_vqrdmulh(high, divisor < 0 ? -divisor : divisor);
}
static MN_UNUSED int8_t mn_vector_byte(uint32_t sum, int32_t multiplier, int32_t divisor, int32_t zero) {
  const int32_t units = mn_units((int32_t)sum, multiplier, divisor);
  return (int8_t)mn_narrowed(mn_narrowed(mn_narrowed(units, 16) + zero, 16), 8);
}

static MN_UNUSED void mn_prepare_scales(mn_channel_scale *scales, const int32_t *multipliers, const uint8_t *shifts,
                                        const int32_t *biases, int32_t count) {
  for (; count > 0; --count, ++scales) {
    scales->multiplier = *multipliers++;
    scales->divisor = mn_divisor(*shifts++);
    scales->bias = *biases++;
  }
}
static MN_UNUSED void mn_add_weights(const int8_t *weights, int32_t taps, mn_channel_scale *scales) {
  for (; taps > 0; --taps, weights += 2) {
    scales[0].bias = (int32_t)((uint32_t)scales[0].bias + 128u * (uint32_t)weights[0]);
    scales[1].bias = (int32_t)((uint32_t)scales[1].bias + 128u * (uint32_t)mn_second_weight(weights));
  }
}

static MN_UNUSED void mn_multiply_tile(mn_tile *tile) {
  const int32_t taps = tile->blocks * kBlock + tile->rest;
  for (; tile->scale != tile->last; tile->scale += 2, tile->output += 2, tile->weights += 2 * taps) {
    int32_t pixel, tap, channel;
    for (pixel = 0; pixel < kTile; ++pixel) {
      uint32_t sums[2] = {0, 0};
      for (tap = 0; tap < taps; ++tap) {
        const int8_t *const weights = tile->weights + tap / kStep * 2 * kStep + tile->lanes[tap % kStep];
        sums[0] += (uint32_t)(weights[0] * tile->pixel[pixel][tap]);
        sums[1] += (uint32_t)((int8_t)(weights[1] + (weights[0] < 0)) * tile->pixel[pixel][tap]);
      }
      for (channel = 0; channel < 2; ++channel)
        tile->output[tile->places[2 * pixel + channel]] =
            mn_vector_byte(sums[channel] + (uint32_t)tile->scale[channel].bias, tile->scale[channel].multiplier,
                           tile->scale[channel].divisor, tile->zero);
    }
  }
}

static MN_UNUSED void mn_interleave_unaligned(int8_t *columns, const int8_t *from, int32_t step, int32_t count) {
  int32_t channel;
  for (; count > 0; --count, columns += kColumn, from += step) {
    for (channel = 0; channel < 4; ++channel) columns[4 * channel] = from[channel];
  }
}
static MN_UNUSED void mn_interleave(int8_t *columns, const int8_t *const *row, int32_t rows, int32_t channel,
                                    const mn_row_shape *shape) {
  int32_t i;
  for (; rows > 0; --rows, ++row, ++columns) {
    if (*row != 0)
      mn_interleave_unaligned(columns, *row + channel, shape->step, shape->width);
    else
      for (i = 0; i < 4 * shape->width; ++i) columns[4 * i] = (int8_t)shape->padding;
  }
}

/* Of `tables` tables with `columns` columns of taps. */
static MN_UNUSED void mn_row_of(mn_group_row *row, int32_t stride, int32_t tables, int32_t columns) {
  for (; row->scale != row->last; ++row->scale, ++row->output, row->columns += 4, row->taps += 4) {
    int32_t x, table, i;
    for (x = 0; x < row->width; ++x) {
      const int8_t *const window = row->columns + (8 + x) * stride * kColumn;
      uint32_t sum = (uint32_t)row->scale->bias;
      for (table = 0; table < tables; ++table) {
        for (i = 0; i < columns * kRowsOfTable; ++i) {
          const int32_t at = i / kRowsOfTable * kColumn + i % kRowsOfTable;
          sum += (uint32_t)(window[table * row->next_table + at] * row->taps[table * kTaps + kColumn + at]);
        }
      }
      row->output[x * row->step] = mn_vector_byte(sum, row->scale->multiplier, row->scale->divisor, row->zero);
    }
  }
}
static MN_UNUSED void mn_row_of_3x3(mn_group_row *row) { mn_row_of(row, 1, 1, 4); }
static MN_UNUSED void mn_row_of_3x3_stride_2(mn_group_row *row) { mn_row_of(row, 2, 1, 4); }
static MN_UNUSED void mn_row_of_tables(mn_group_row *row) { mn_row_of(row, 1, 2, 8); }
static MN_UNUSED void mn_row_of_tables_stride_2(mn_group_row *row) { mn_row_of(row, 2, 2, 8); }

static MN_UNUSED void mn_add_bytes(const mn_addition *addition, const int8_t *first, const int8_t *second, int8_t *sums,
                                   int32_t count) {
  for (; count > 0; --count, ++first, ++second, ++sums) {
    const int32_t a = (*first * 16 + addition->first_offset) * 65536;
    const int32_t b = (*second * 16 + addition->second_offset) * 65536;
    const int32_t sum = mn_units(a, addition->first.multiplier, addition->first.divisor) +
                        mn_units(b, addition->second.multiplier, addition->second.divisor);
    *sums = mn_vector_byte((uint32_t)sum, addition->sum.multiplier, -addition->sum.divisor, addition->zero);
  }
}

static MN_UNUSED void mn_sum_channels(const int8_t *from, int32_t step, int32_t pixels, int32_t count, int32_t *sums) {
  int32_t i;
  for (i = 0; i < 16; ++i) sums[i] = 0;
  for (; pixels > 0; --pixels, from += step) {
    for (i = 0; i < count; ++i) sums[i] += from[i];
  }
}

#endif
