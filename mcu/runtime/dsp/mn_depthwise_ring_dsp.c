/* Depthwise layers 5x5 and 7x7 on cores with the DSP extension.
 *
 * Each input row of four channels is turned once into int16, pixel behind pixel for each channel, into a ring of as
 * many rows as the kernel has; then each output row of a channel is a row of short dot products, four at a time, over
 * pairs of taps. The order of channels and rows is that of mn_depthwise_dsp.c. Where the program shall be small,
 * mn_depthwise_others_dsp.c does the same. */
#include "mn_depthwise_dsp.h"

#if MN_DSP && !MN_SMALL

enum { kFour = 4 }; /* outputs */

typedef struct {
  const depthwise_job *group;
  const mn_layer *layer;
  uint32_t *ring;        /* word w of row r of channel c: ring[c * channel + r % kernel * slot + w] */
  uint32_t *taps;        /* row r of channel c: 2 * pairs words behind taps[(c * kernel + r) * 2 * pairs] */
  int32_t blocks;        /* in a row, of two words = four values */
  int32_t channel, slot; /* from one to the next, in words */
  int32_t margin;        /* values in front of a row's first pixel: the padding, and one more where ... */
  int32_t lead;          /* ... it is odd (1, else 0), which keeps pairs of pixels in words */
  int32_t pairs;         /* of taps in a window's row */
} ring_job;

/* Four pixels of four channels become two words of each channel, `count` times: 20 instructions for 16 values and 5 to
 * 9 around them. */
static void __attribute__((noinline))
turn_blocks(const int8_t *pixel, int32_t step, uint32_t *words, int32_t channel, int32_t count) {
  for (; count > 0; --count, pixel += 4 * step, words += 2) {
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

static void fill_with_padding(const ring_job *job, uint32_t *ring) {
  const uint32_t lanes = mn_even_bytes(job->group->padding);
  int32_t block, channel;
  for (block = 0; block < job->blocks; ++block, ring += 2) {
    for (channel = 0; channel < kGroup; ++channel) MN_STORE2(ring + channel * job->channel, 0, lanes, lanes);
  }
}

/* Puts a row of `count` channels into the ring. The padding beside it stays there. */
static void turn_row(const ring_job *job, const int8_t *row, int32_t count, uint32_t *words) {
  const int32_t step = job->layer->in_channels;
  const int8_t *const end = row + job->layer->in_width * step;
  int32_t odd = job->margin == 2; /* the first two pixels fill a block up */
  words += odd ? 0 : 2;
  while (row < end) {
    const int32_t blocks = (int32_t)(end - row) / (4 * step);
    if (!odd && blocks > 0 && count == kGroup) {
      turn_blocks(row, step, words, job->channel, blocks);
      words += 2 * blocks;
      row += 4 * blocks * step;
    } else {
      const uint32_t first = load_channels(row, count);
      const uint32_t second = row + step < end ? load_channels(row + step, count) : job->group->padding;
      turn_pair(first, second, words + odd, job->channel);
      words += odd ? 2 : 0;
      odd = !odd;
      row += 2 * step;
    }
  }
}

/* Brings row `y` into the ring. */
static void bring_row(const ring_job *job, int32_t y, uint32_t *ring) {
  if (y < 0 || y >= job->layer->in_height) {
    fill_with_padding(job, ring);
  } else {
    turn_row(job, input_row(job->group, y) + job->group->channel, job->group->count, ring);
  }
}

/* Taps of four channels; none outside of the kernel's row. */
static uint32_t load_taps(const ring_job *job, const int8_t *row, int32_t column, int32_t count) {
  return column < 0 || column >= job->layer->kernel ? 0 : load_channels(row + column * job->layer->in_channels, count);
}

/* For each row and channel pairs of taps, alternating: as the even outputs need them, and as the odd ones do. */
static void prepare_taps(const ring_job *job, const int8_t *weights, int32_t count) {
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

/* Adds up four outputs of a channel: `values` are the words from which the first one's window begins, in slot 0; the
 * window's first row lies in `first_slot`. The last three arguments are constants in each of the functions below, so
 * the loop over pairs is none. */
static inline void add_taps(const ring_job *job, const uint32_t *values, int32_t first_slot, const uint32_t *taps,
                            int32_t s[4], int32_t pairs, int32_t lead, int32_t stride) {
  const int32_t kernel = job->layer->kernel;
  const uint32_t *const end = values + kernel * job->slot;
  int32_t row;
  values += first_slot * job->slot;
  for (row = 0; row < kernel; ++row) {
    uint32_t even, odd, a, b;
#define PAIR_OF_TAPS(t, odd_padding)                    \
  do {                                                  \
    MN_LOAD2(even, odd, taps, 2 * (t));                 \
    MN_LOAD2(a, b, values, t);                          \
    s[0] = mn_dot2(a, even, s[0]);                      \
    if (stride == 1) {                                  \
      s[2] = mn_dot2(b, even, s[2]);                    \
      if (odd_padding) MN_LOAD2(a, b, values, (t) + 1); \
      s[1] = mn_dot2(a, odd, s[1]);                     \
      s[3] = mn_dot2(b, odd, s[3]);                     \
    } else {                                            \
      s[1] = mn_dot2(b, even, s[1]);                    \
      MN_LOAD2(a, b, values, (t) + 2);                  \
      s[2] = mn_dot2(a, even, s[2]);                    \
      s[3] = mn_dot2(b, even, s[3]);                    \
    }                                                   \
  } while (0)
    PAIR_OF_TAPS(0, lead);
    PAIR_OF_TAPS(1, lead);
    PAIR_OF_TAPS(2, lead);
    if (pairs > 3) PAIR_OF_TAPS(3, 1); /* of 7x7 alone */
#undef PAIR_OF_TAPS
    taps += 2 * pairs;
    values += job->slot;
    if (values == end) values -= kernel * job->slot;
  }
}

static void four_sums(const ring_job *job, const uint32_t *values, int32_t first_slot, const uint32_t *taps,
                      int32_t s[4]) {
  const int32_t kernel = job->layer->kernel, stride = job->layer->stride;
  if (kernel == 5 && stride == 1) {
    add_taps(job, values, first_slot, taps, s, 3, 0, 1);
  } else if (kernel == 5) {
    add_taps(job, values, first_slot, taps, s, 3, 0, 2);
  } else if (stride == 1) {
    add_taps(job, values, first_slot, taps, s, 4, 1, 1);
  } else {
    add_taps(job, values, first_slot, taps, s, 4, 1, 2);
  }
}

/* A channel's row of outputs. */
static void channel_row(const ring_job *job, const uint32_t *values, int32_t first_slot, const uint32_t *taps,
                        const channel_scale *scale, int8_t *output) {
  const int32_t step = job->layer->out_channels, zero = job->layer->out_zero;
  const int32_t multiplier = scale->rescale.first, power = scale->rescale.second;
  int32_t left;
  for (left = job->layer->out_width; left > 0; left -= kFour) {
    int32_t s[kFour];
    s[0] = s[1] = s[2] = s[3] = scale->bias;
    four_sums(job, values, first_slot, taps, s);
    if (left < kFour) {
      int8_t last[kFour];
      store_channel(s[0], s[1], s[2], s[3], multiplier, power, zero, last, 1);
      copy_last(last, left, output, step);
    } else {
      store_channel(s[0], s[1], s[2], s[3], multiplier, power, zero, output, step);
    }
    output += kFour * step;
    values += 2 * job->layer->stride;
  }
}

static void lay_out_scratch(ring_job *job, const depthwise_job *group) {
  const mn_layer *layer = group->layer;
  const int32_t kernel = layer->kernel;
  int32_t slot;
  job->group = group;
  job->layer = layer;
  job->lead = (kernel - 1) / 2 % 2;
  job->margin = (kernel - 1) / 2 + job->lead;
  job->pairs = mn_tap_pairs(kernel);
  job->blocks = mn_row_blocks(kernel, layer->stride, layer->out_width);
  job->slot = 2 * job->blocks;
  job->channel = kernel * job->slot;
  job->ring = group->work->scratch;
  job->taps = job->ring + kGroup * kernel * 2 * job->blocks;
  if (group->tables_ready) return;
  for (slot = 0; slot < kernel; ++slot) fill_with_padding(job, job->ring + slot * job->slot);
}

void mn_depthwise_rows_of_ring(depthwise_job *group, int32_t first, int32_t last) {
  const mn_layer *layer = group->layer;
  const int32_t kernel = layer->kernel, padding = (kernel - 1) / 2;
  int32_t next = first * layer->stride - padding; /* the first row that is not in the ring */
  ring_job job;
  int32_t y, i;
  lay_out_scratch(&job, group);
  group->tables_ready = 1;
  take_bias(group);
  prepare_taps(&job, (const int8_t *)mn_constants(group->model, layer->weights) + group->channel, group->count);
  for (y = first; y < last; ++y) {
    const int32_t top = y * layer->stride - padding, slot = (top + kernel) % kernel;
    int8_t *const output = output_row(group, y) + group->channel;
    for (; next < top + kernel; ++next) bring_row(&job, next, job.ring + (next + kernel) % kernel * job.slot);
    for (i = 0; i < group->count; ++i) {
      channel_row(&job, job.ring + i * job.channel, slot, job.taps + i * kernel * 2 * job.pairs, &group->scales[i],
                  output + i);
    }
  }
}

#endif
