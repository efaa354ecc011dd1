/* Depthwise layers on cores with the DSP extension.
 *
 * Four channels at a time over all rows asked for. Each input row is turned once into int16, pixel behind pixel for each channel (20
 * instructions for 16 values), into a ring of as many rows as the kernel has; then each output row of a channel is a row of short dot
 * products, four at a time. 3x3 with stride 1 has its nine taps in six registers:
 *   four outputs, 36 products = 6 double loads + 24 multiply-accumulates (two taps each where two lie in one word) + 20 for rescaling and
 *   4 to store + about 10 of loop and constants, and 5 for turning: 1.9 instructions a product
 * Other kernels and strides walk over pairs of taps; seven registers less, and about 1.3 instructions a product.
 *
 * The order. With four channels finished before the next four begin, output rows are written out of turn. That breaks nothing where an
 * output lies on top of its input at a distance that is a whole number of pixels: then four channels' outputs hit these channels' inputs
 * only, and each channel's rows are in turn. At any other distance the rows are computed one by one, all channels of each. */
#include "mn_dsp.h"
#include "mn_kernel.h"
#include "mn_scratch.h"

#if MN_DSP

enum { kGroup = 4, kFour = 4 }; /* channels, outputs */

typedef struct {
  int32_t bias, multiplier, power, zero; /* mn_signed_byte */
} channel_scale;

typedef struct {
  const mn_model *model;
  const mn_layer *layer;
  const mn_work *work;
  uint32_t *ring;               /* word w of row r of channel c: ring[w / 2 * block + c * channel + r % kernel * slot + w % 2] */
  uint32_t *taps;               /* row r of channel c: 2 * pairs words behind taps[(c * kernel + r) * 2 * pairs] */
  int32_t blocks;               /* in a row, of two words = four values */
  int32_t block, channel, slot; /* from one to the next, in words */
  int32_t interleaved;          /* all slots of a block and channel beside each other: fixed distances for 3x3 */
  int32_t margin;               /* values in front of a row's first pixel: the padding, and one more where ... */
  int32_t lead;                 /* ... it is odd (1, else 0), which keeps pairs of pixels in words */
  int32_t pairs;                /* of taps in a window's row */
  uint32_t padding;             /* the input's zero point, four times */
  channel_scale scales[kGroup];
} depthwise_job;

/* The bytes of `count` channels of a pixel. */
static uint32_t load_channels(const int8_t *pixel, int32_t count) {
  uint32_t word = 0;
  if (count == kGroup) {
    __builtin_memcpy(&word, pixel, sizeof word);
    return word;
  }
  while (count-- > 0) word = word << 8 | (uint8_t)pixel[count];
  return word;
}

/* Two pixels of four channels become a word of each channel. */
static inline void turn_pair(uint32_t first, uint32_t second, uint32_t *words, int32_t channel) {
  const uint32_t low = mn_low_lanes(first, second), high = mn_high_lanes(first, second);
  words[0] = mn_even_bytes(low);
  words[channel] = mn_odd_bytes(low);
  words[2 * channel] = mn_even_bytes(high);
  words[3 * channel] = mn_odd_bytes(high);
}

/* Four pixels of four channels become two words of each channel, `count` times: 20 instructions for 16 values and 5 to 9 around them. */
static inline void turn_blocks(const int8_t *pixel, int32_t step, uint32_t *words, int32_t channel, int32_t block, int32_t count) {
  for (; count > 0; --count, pixel += 4 * step, words += block) {
    const uint32_t p0 = load_channels(pixel, kGroup), p1 = load_channels(pixel + step, kGroup);
    const uint32_t p2 = load_channels(pixel + 2 * step, kGroup), p3 = load_channels(pixel + 3 * step, kGroup);
    const uint32_t low0 = mn_low_lanes(p0, p1), low1 = mn_low_lanes(p2, p3);
    const uint32_t high0 = mn_high_lanes(p0, p1), high1 = mn_high_lanes(p2, p3);
    uint32_t a = mn_even_bytes(low0), b = mn_even_bytes(low1);
    MN_STORE2(words, 0, a, b);
    a = mn_odd_bytes(low0);
    b = mn_odd_bytes(low1);
    MN_STORE2(words + channel, 0, a, b);
    a = mn_even_bytes(high0);
    b = mn_even_bytes(high1);
    MN_STORE2(words + 2 * channel, 0, a, b);
    a = mn_odd_bytes(high0);
    b = mn_odd_bytes(high1);
    MN_STORE2(words + 3 * channel, 0, a, b);
  }
}

static void __attribute__((noinline)) turn_blocks_of_3x3(const int8_t *pixel, int32_t step, uint32_t *words, int32_t count) {
  turn_blocks(pixel, step, words, 6, 24, count);
}

static void __attribute__((noinline)) turn_blocks_of_others(const int8_t *pixel, int32_t step, uint32_t *words, int32_t channel,
                                                            int32_t count) {
  turn_blocks(pixel, step, words, channel, 2, count);
}

static void fill_with_padding(const depthwise_job *job, uint32_t *ring) {
  const uint32_t lanes = mn_even_bytes(job->padding);
  int32_t block, channel;
  for (block = 0; block < job->blocks; ++block, ring += job->block) {
    for (channel = 0; channel < kGroup; ++channel) MN_STORE2(ring + channel * job->channel, 0, lanes, lanes);
  }
}

/* Puts a row of `count` channels into the ring. The padding beside it stays there. */
static void turn_row(const depthwise_job *job, const int8_t *row, int32_t count, uint32_t *words) {
  const int32_t step = job->layer->in_channels;
  const int8_t *const end = row + job->layer->in_width * step;
  int32_t odd = job->margin == 2; /* the first two pixels fill a block up */
  words += odd ? 0 : job->block;
  while (row < end) {
    const int32_t blocks = (int32_t)(end - row) / (4 * step);
    if (!odd && blocks > 0 && count == kGroup) {
      if (job->interleaved) {
        turn_blocks_of_3x3(row, step, words, blocks);
      } else {
        turn_blocks_of_others(row, step, words, job->channel, blocks);
      }
      words += blocks * job->block;
      row += 4 * blocks * step;
    } else {
      const uint32_t first = load_channels(row, count);
      const uint32_t second = row + step < end ? load_channels(row + step, count) : job->padding;
      turn_pair(first, second, words + odd, job->channel);
      words += odd ? job->block : 0;
      odd = !odd;
      row += 2 * step;
    }
  }
}

/* Brings row `y` into the ring; `input` is the first of `count` channels. */
static void bring_row(const depthwise_job *job, const int8_t *input, int32_t count, int32_t y, uint32_t *ring) {
  if (y < 0 || y >= job->layer->in_height) {
    fill_with_padding(job, ring);
  } else {
    turn_row(job, input + y % job->layer->in_rows * mn_in_row_bytes(job->layer), count, ring);
  }
}

/* Taps of four channels; none outside of the kernel's row. */
static uint32_t load_taps(const depthwise_job *job, const int8_t *row, int32_t column, int32_t count) {
  return column < 0 || column >= job->layer->kernel ? 0 : load_channels(row + column * job->layer->in_channels, count);
}

/* For each row and channel pairs of taps, alternating: as the even outputs need them, and as the odd ones do. */
static void prepare_taps(const depthwise_job *job, const int8_t *weights, int32_t count) {
  const int32_t kernel = job->layer->kernel;
  const int32_t channel = kernel * 2 * job->pairs;
  uint32_t *taps = job->taps;
  int32_t row, column;
  for (row = 0; row < kernel; ++row, weights += kernel * job->layer->in_channels) {
    uint32_t before = load_taps(job, weights, -1, count);
    for (column = -job->lead; column < 2 * job->pairs - job->lead; column += 2, taps += 2) {
      const uint32_t here = load_taps(job, weights, column, count), behind = load_taps(job, weights, column + 1, count);
      const uint32_t next = load_taps(job, weights, column + 2, count);
      turn_pair(here, behind, taps, channel);
      if (job->lead == 0) {
        turn_pair(before, here, taps + 1, channel);
      } else {
        turn_pair(behind, next, taps + 1, channel);
      }
      before = behind;
    }
  }
}

static void copy_last(const int8_t *last, int32_t count, int8_t *output, int32_t step) {
  int32_t i;
  for (i = 0; i < count; ++i) output[i * step] = last[i];
}

/* A row of outputs of `count` channels, 3x3 with stride 1: the first `fours` fours of them from value `values` of the first channel on. The
 * last row's taps and what turns sums into bytes are loaded anew for every four: registers are short. */
static void __attribute__((noinline)) rows_of_3x3(const depthwise_job *job, int32_t first_slot, const uint32_t *values, int32_t fours,
                                                  int8_t *output, int32_t step, int32_t channels_apart, int32_t count) {
  const uint32_t *taps[3]; /* of what lies in each slot now, pairs 0 1 and 1 2 */
  const channel_scale *scale = job->scales;
  taps[first_slot] = job->taps + 1;
  taps[first_slot == 2 ? 0 : first_slot + 1] = job->taps + 5;
  taps[first_slot == 0 ? 2 : first_slot - 1] = job->taps + 9;
  for (; count > 0; --count, ++scale) {
    const uint32_t *const end = values + 24 * fours;
    const uint32_t *next = values;
    int8_t *place = output;
    struct { uint32_t first, second; } last_taps;
    struct { int32_t first, second; } rescale, constants;
    uint32_t p0, q0, p1, q1, p2, q2;
    MN_LOAD2(p0, q0, taps[0], 0);
    MN_LOAD2(p1, q1, taps[1], 0);
    MN_LOAD2(p2, q2, taps[2], 0);
    MN_PUT2(last_taps, p2, q2);
    MN_PUT2(rescale, scale->multiplier, scale->power);
    MN_PUT2(constants, scale->zero, step);
    for (; next != end; next += 24) {
      int32_t s0, s1, s2, s3, multiplier, power, zero, apart;
      MN_FIRST_THREE_TAPS(s0, s1, s2, s3, next, p0, q0, scale->bias);
      MN_THREE_TAPS(s0, s1, s2, s3, next, 2, p1, q1);
      MN_GET2(p2, q2, last_taps);
      MN_THREE_TAPS(s0, s1, s2, s3, next, 4, p2, q2);
      MN_GET2(multiplier, power, rescale);
      MN_GET2(zero, apart, constants);
      MN_STORE_CHANNEL(MN_SIGNED, s0, s1, s2, s3, multiplier, power, zero, place, apart);
      place += 4 * apart;
    }
    values += 6;
    output += channels_apart;
    taps[0] += 12;
    taps[1] += 12;
    taps[2] += 12;
  }
}

/* Outputs at the end of a row that are no four go to a place of their own first. */
static void group_row_of_3x3(const depthwise_job *job, int32_t first_slot, int32_t count, int8_t *output) {
  const int32_t width = job->layer->out_width, step = job->layer->out_channels;
  const int32_t fours = width / kFour, rest = width % kFour;
  int8_t last[kGroup * kFour];
  int32_t i;
  if (fours > 0) rows_of_3x3(job, first_slot, job->ring, fours, output, step, 1, count);
  if (rest == 0) return;
  rows_of_3x3(job, first_slot, job->ring + 24 * fours, 1, last, 1, kFour, count);
  for (i = 0; i < count; ++i) copy_last(last + i * kFour, rest, output + fours * kFour * step + i, step);
}

/* Adds up four outputs of a channel: `values` are the words from which the first one's window begins, in slot 0; the window's first row
 * lies in `first_slot`. The last three arguments are constants in each of the functions below, so the loop over pairs is none. */
static inline void add_taps(const depthwise_job *job, const uint32_t *values, int32_t first_slot, const uint32_t *taps, int32_t s[4],
                            int32_t pairs, int32_t lead, int32_t stride) {
  const int32_t kernel = job->layer->kernel;
  const uint32_t *const end = values + kernel * job->slot;
  int32_t row;
  values += first_slot * job->slot;
  for (row = 0; row < kernel; ++row) {
    uint32_t even, odd, a, b;
#define PAIR_OF_TAPS(t)                                             \
  do {                                                              \
    MN_LOAD2(even, odd, taps, 2 * (t));                             \
    MN_LOAD2(a, b, values, t);                                      \
    s[0] = mn_dot2(a, even, s[0]);                                  \
    if (stride == 1) {                                              \
      s[2] = mn_dot2(b, even, s[2]);                                \
      if (lead == 1) MN_LOAD2(a, b, values, (t) + 1);               \
      s[1] = mn_dot2(a, odd, s[1]);                                 \
      s[3] = mn_dot2(b, odd, s[3]);                                 \
    } else {                                                        \
      s[1] = mn_dot2(b, even, s[1]);                                \
      MN_LOAD2(a, b, values, (t) + 2);                              \
      s[2] = mn_dot2(a, even, s[2]);                                \
      s[3] = mn_dot2(b, even, s[3]);                                \
    }                                                               \
  } while (0)
    PAIR_OF_TAPS(0);
    PAIR_OF_TAPS(1);
    if (pairs > 2) PAIR_OF_TAPS(2);
    if (pairs > 3) PAIR_OF_TAPS(3);
#undef PAIR_OF_TAPS
    taps += 2 * pairs;
    values += job->slot;
    if (values == end) values -= kernel * job->slot;
  }
}

static void four_sums(const depthwise_job *job, const uint32_t *values, int32_t first_slot, const uint32_t *taps, int32_t s[4]) {
  const int32_t kernel = job->layer->kernel, stride = job->layer->stride;
  if (kernel == 3) {
    add_taps(job, values, first_slot, taps, s, 2, 1, 2);
  } else if (kernel == 5 && stride == 1) {
    add_taps(job, values, first_slot, taps, s, 3, 0, 1);
  } else if (kernel == 5) {
    add_taps(job, values, first_slot, taps, s, 3, 0, 2);
  } else if (stride == 1) {
    add_taps(job, values, first_slot, taps, s, 4, 1, 1);
  } else {
    add_taps(job, values, first_slot, taps, s, 4, 1, 2);
  }
}

/* A channel's row of outputs with any other kernel and stride. */
static void row_of_others(const depthwise_job *job, const uint32_t *values, int32_t first_slot, const uint32_t *taps,
                          const channel_scale *scale, int8_t *output) {
  const int32_t step = job->layer->out_channels;
  int32_t left;
  for (left = job->layer->out_width; left > 0; left -= kFour) {
    int32_t s[kFour];
    s[0] = s[1] = s[2] = s[3] = scale->bias;
    four_sums(job, values, first_slot, taps, s);
    if (left >= kFour) {
      MN_STORE_CHANNEL(MN_SIGNED, s[0], s[1], s[2], s[3], scale->multiplier, scale->power, scale->zero, output, step);
    } else {
      int8_t last[kFour];
      MN_STORE_CHANNEL(MN_SIGNED, s[0], s[1], s[2], s[3], scale->multiplier, scale->power, scale->zero, last, 1);
      copy_last(last, left, output, step);
    }
    output += kFour * step;
    values += 2 * job->layer->stride;
  }
}

/* What turns a group's sums into bytes. */
static void prepare_scales(depthwise_job *job, int32_t channel, int32_t count) {
  const mn_layer *layer = job->layer;
  const int32_t *bias = mn_constants(job->model, layer->bias);
  const int32_t *multipliers = mn_constants(job->model, layer->multipliers);
  const uint8_t *shifts = mn_constants(job->model, layer->shifts);
  int32_t i;
  for (i = 0; i < count; ++i) {
    job->scales[i].bias = bias[channel + i];
    job->scales[i].multiplier = mn_doubled(multipliers[channel + i]);
    job->scales[i].power = mn_negative_power(shifts[channel + i]);
    job->scales[i].zero = layer->out_zero;
  }
}

/* One row of outputs of `count` channels. The ring holds the rows that it needs, the first one in slot `first_slot`. */
static void group_row(const depthwise_job *job, int32_t first_slot, int32_t count, int8_t *output) {
  int32_t i;
  if (job->interleaved) {
    group_row_of_3x3(job, first_slot, count, output);
    return;
  }
  for (i = 0; i < count; ++i) {
    const uint32_t *taps = job->taps + i * job->layer->kernel * 2 * job->pairs;
    row_of_others(job, job->ring + i * job->channel, first_slot, taps, &job->scales[i], output + i);
  }
}

/* Rows [first, last) of four channels. */
static void group_rows(depthwise_job *job, int32_t channel, int32_t first, int32_t last) {
  const mn_layer *layer = job->layer;
  const mn_work *work = job->work;
  const int32_t kernel = layer->kernel, padding = (kernel - 1) / 2;
  const int32_t count = layer->in_channels - channel < kGroup ? layer->in_channels - channel : kGroup;
  int32_t next = first * layer->stride - padding; /* the first row that is not in the ring */
  int32_t y;
  prepare_scales(job, channel, count);
  prepare_taps(job, (const int8_t *)mn_constants(job->model, layer->weights) + channel, count);
  for (y = first; y < last; ++y) {
    const int32_t top = y * layer->stride - padding;
    for (; next < top + kernel; ++next) bring_row(job, work->input + channel, count, next, job->ring + (next + kernel) % kernel * job->slot);
    group_row(job, (top + kernel) % kernel, count, work->output + y % layer->out_rows * mn_out_row_bytes(layer) + channel);
  }
}

/* Whether the groups of channels keep out of each other's way (see above). */
static int may_take_turns(const mn_layer *layer, const mn_work *work) {
  const uintptr_t input = (uintptr_t)work->input, output = (uintptr_t)work->output;
  const uintptr_t distance = input < output ? output - input : input - output;
  const uintptr_t lower = (uintptr_t)(input < output ? layer->in_rows * mn_in_row_bytes(layer) : layer->out_rows * mn_out_row_bytes(layer));
  return distance >= lower || distance % layer->in_channels == 0;
}

static void lay_out_scratch(depthwise_job *job) {
  const mn_layer *layer = job->layer;
  const int32_t kernel = layer->kernel;
  int32_t slot;
  job->lead = (kernel - 1) / 2 % 2;
  job->margin = (kernel - 1) / 2 + job->lead;
  job->pairs = mn_tap_pairs(kernel);
  job->blocks = mn_row_blocks(kernel, layer->stride, layer->out_width);
  job->padding = 0x01010101u * (uint8_t)layer->in_zero;
  job->interleaved = kernel == 3 && layer->stride == 1;
  job->slot = job->interleaved ? 2 : 2 * job->blocks;
  job->channel = kernel * job->slot;
  job->block = job->interleaved ? kGroup * job->channel : 2;
  job->ring = job->work->scratch;
  job->taps = job->ring + kGroup * kernel * 2 * job->blocks;
  for (slot = 0; slot < kernel; ++slot) fill_with_padding(job, job->ring + slot * job->slot);
}

void mn_depthwise_dsp(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  depthwise_job job;
  int32_t channel, first, rows;
  job.model = model;
  job.layer = layer;
  job.work = work;
  lay_out_scratch(&job);
  rows = may_take_turns(layer, work) ? work->last - work->first : 1;
  for (first = work->first; first < work->last; first += rows) {
    for (channel = 0; channel < layer->in_channels; channel += kGroup) group_rows(&job, channel, first, first + rows);
  }
  for (first = work->first; first < work->last; ++first) mn_clamp_row(layer, work->output + first % layer->out_rows * mn_out_row_bytes(layer));
}

#endif
