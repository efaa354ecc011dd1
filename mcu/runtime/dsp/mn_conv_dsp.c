/* Standard, pointwise and fully connected layers on cores with the DSP extension.
 *
 * A tile is 4 neighbouring pixels of one output row. Their windows are widened once to int16 and interleaved by pixel
 * in scratch memory; then two output channels at a time are computed from them. A step of two taps is 16 products in 13
 * instructions (0.81 each): a weight word, two SXTB16 that convert it to the pairs of both channels, two double loads
 * of values, eight SMLAD. The rest, per product:
 *   widening     13 instructions and a loop for 16 values, used by every output channel: about 1 / channels
 *   rescaling    SMMLAR, SMMLSR, SSAT, STRB per output (and one ADD without ReLU), and about 20 for the 8 outputs
 *                together: 7 / taps
 * If a row has fewer than 4 pixels, as in a classifier, each pixel is computed alone, as the first one of its tile. If
 * a row ends inside a tile, the last tile moves back. Windows with more taps than two packed sums allow are added up in
 * segments (mn_segment_taps). */
#include "mn_dsp.h"
#include "mn_kernel.h"

#if MN_DSP

enum { kTile = 4 };

/* The constants that convert a channel's sums to bytes. */
typedef struct {
  int32_t first;  /* mn_doubled(multiplier) */
  int32_t second; /* mn_negative_power(shift) */
} channel_scale;

/* The constants of two channels, in the order in which they are read. */
typedef struct {
  channel_scale second, first;
  int32_t bias[2];
} channel_pair;

typedef struct {
  const mn_layer *layer;
  const mn_work *work;
  const uint32_t *weights;
  channel_pair *pairs; /* in scratch: of all output channels, */
  uint32_t *tile;      /* the widened windows, */
  mn_lane *rest;       /* of that, the taps that fill no group in a window's row, */
  int8_t *edge;        /* and a window's row of each pixel where it does not lie in the input as it is */
  int32_t run;         /* bytes of a window's row */
  int32_t groups;      /* of four taps, in a window */
  int32_t segment;     /* how many of them are multiplied at once */
  int32_t pixel_step;  /* 1, or 0 where a tile is one pixel */
  int32_t pointwise;   /* windows lie in the input as they are, in full groups */
  int32_t rectified;   /* windows are one segment, and rescaling needs no look at the sign (mn_dsp.h) */
} conv_job;

static inline void prepare_scale(channel_scale *scale, int32_t multiplier, uint8_t shift) {
  scale->first = mn_doubled(multiplier);
  scale->second = mn_negative_power(shift);
}

/* Of all output channels. Returns whether bytes may be MN_RECTIFIED; otherwise no power has ties. */
static int32_t prepare_pairs(const mn_model *model, const mn_layer *layer, channel_pair *pairs, int32_t segmented) {
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multiplier = mn_constants(model, layer->multipliers);
  const uint8_t *shift = mn_constants(model, layer->shifts);
  channel_pair *pair = pairs;
  int32_t by_power = !MN_SMALL && !segmented, unshifted = segmented, left;
  for (left = layer->out_channels; left > 0; left -= 2, ++pair, bias += 2, multiplier += 2, shift += 2) {
    const int32_t other = left > 1; /* a channel without a partner is paired with itself */
    pair->bias[0] = bias[0];
    pair->bias[1] = bias[other];
    prepare_scale(&pair->first, multiplier[0], shift[0]);
    prepare_scale(&pair->second, multiplier[other], shift[other]);
    by_power &= pair->first.second & pair->second.second;
    if (mn_is_unshifted(pair->first.second) || mn_is_unshifted(pair->second.second)) unshifted = 1;
  }
  if (by_power) return 1;
  while (pair-- != pairs) {
    pair->first.second = mn_power_alone(pair->first.second);
    pair->second.second = mn_power_alone(pair->second.second);
  }
  return !MN_SMALL && !unshifted && layer->low >= layer->out_zero;
}

/* A row of the windows of four pixels, the bytes of which begin `step` bytes apart: `count` groups of four of each. */
static uint32_t *widen(uint32_t *lanes, const int8_t *p0, int32_t step, int32_t count) {
  const int8_t *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
  const uint32_t *const end = lanes + 8 * count;
#if MN_SMALL
  while (lanes != end) MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
#else
  if (count % 2 != 0) MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
  while (lanes != end) {
    MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
    MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
  }
#endif
  return lanes;
}

static uint32_t *widen_image(uint32_t *lanes, const int8_t *p0, int32_t step, int32_t count) {
  const int8_t *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
  const uint32_t *const end = lanes + 8 * count;
  while (lanes != end) MN_WIDEN_4X4("uxtb16", lanes, p0, p1, p2, p3);
  return lanes;
}

static int8_t *fill_bytes(int8_t *bytes, uint32_t padding, int32_t count) {
  for (; !MN_SMALL && count >= 4; count -= 4, bytes += 4) __builtin_memcpy(bytes, &padding, sizeof padding);
  while (count-- > 0) *bytes++ = (int8_t)padding;
  return bytes;
}

static int8_t *copy_bytes(int8_t *bytes, const int8_t *source, int32_t count) {
  for (; !MN_SMALL && count >= 4; count -= 4, bytes += 4, source += 4) {
    uint32_t word;
    __builtin_memcpy(&word, source, sizeof word);
    __builtin_memcpy(bytes, &word, sizeof word);
  }
  while (count-- > 0) *bytes++ = *source++;
  return bytes;
}

/* Columns [start, last) of an input row that leave the input on the left or on the right: what lies inside, and
 * padding. `row` is 0 above and below the input. */
static void copy_edge(const conv_job *job, const int8_t *row, int32_t start, int32_t last, int8_t *edge) {
  const int32_t channels = job->layer->in_channels, width = row == 0 ? 0 : job->layer->in_width;
  const uint32_t padding = 0x01010101u * (uint8_t)mn_padding(job->layer);
  const int32_t from = start < 0 ? 0 : start, to = last < width ? last : width;
  if (from >= to) {
    fill_bytes(edge, padding, (last - start) * channels);
    return;
  }
  edge = fill_bytes(edge, padding, (from - start) * channels);
  edge = copy_bytes(edge, row + from * channels, (to - from) * channels);
  fill_bytes(edge, padding, (last - to) * channels);
}

/* The taps of window row `row` that fill no group of four; those of all rows share groups behind the full ones
 * (mn_weight_index). `p0`: the first of the first pixel's. */
static void widen_rest(const conv_job *job, int32_t row, const int8_t *p0, int32_t step) {
  const int8_t *const p1 = p0 + step, *const p2 = p1 + step, *const p3 = p2 + step;
  const int32_t rest = job->run % 4, mask = job->layer->input == MN_CALLER ? 0xFF : -1;
  int32_t tap = row * rest, i;
  for (i = 0; i < rest; ++i, ++tap) {
    mn_lane *const lane = job->rest + tap / 4 * 16 + (tap & 1) * 8 + (tap >> 1 & 1);
    lane[0] = (int16_t)(p0[i] & mask);
    lane[2] = (int16_t)(p1[i] & mask);
    lane[4] = (int16_t)(p2[i] & mask);
    lane[6] = (int16_t)(p3[i] & mask);
  }
}

static void fill_tile(const conv_job *job, int32_t y, int32_t x) {
  const mn_layer *layer = job->layer;
  const int32_t kernel = layer->kernel, stride = layer->stride, padding = (kernel - 1) / 2;
  const int32_t start = x * stride - padding, apart = job->pixel_step * stride;
  const int32_t inside = start >= 0 && start + 3 * apart + kernel <= layer->in_width;
  uint32_t *lanes = job->tile;
  int32_t row, in_y = y * stride - padding;
  for (row = 0; row < kernel; ++row, ++in_y) {
    const int32_t exists = in_y >= 0 && in_y < layer->in_height;
    const int8_t *source = exists ? job->work->input + in_y % layer->in_rows * mn_in_row_bytes(layer) : 0;
    const int8_t *first = job->edge;
    int32_t step = apart * layer->in_channels;
    if (inside && exists) {
      first = source + start * layer->in_channels;
    } else if (!MN_SMALL && apart <= kernel) { /* windows that touch are copied as one: there is space for four */
      copy_edge(job, source, start, start + 3 * apart + kernel, job->edge);
    } else {
      int32_t pixel;
      step = job->run;
      for (pixel = 0; pixel < kTile; ++pixel) {
        copy_edge(job, source, start + pixel * apart, start + pixel * apart + kernel, job->edge + pixel * job->run);
      }
    }
    lanes = layer->input == MN_CALLER ? widen_image(lanes, first, step, job->run / 4)
                                      : widen(lanes, first, step, job->run / 4);
    if (job->run % 4 != 0) widen_rest(job, row, first + job->run / 4 * 4, step);
  }
}

/* Both channels of the four pixels. What it needs lies in memory in pairs, since the sums fill the registers. */
#define STORE_TILE(store)                                     \
  do {                                                        \
    MN_GET2(multiplier, power, pair->first);                  \
    MN_GET2(step, zero, constants);                           \
    MN_GET(output, places.first);                             \
    store(MN_STORE_CHANNEL, mn_00, mn_01, mn_02, mn_03);      \
    MN_GET2(output, pair, places);                            \
    MN_TAKE2(multiplier, power, pair);                        \
    store(MN_STORE_NEXT_CHANNEL, mn_10, mn_11, mn_12, mn_13); \
  } while (0)
#define STORE_RECTIFIED(store, s0, s1, s2, s3) \
  store(MN_RECTIFIED, s0, s1, s2, s3, multiplier, power, zero, output, step)
#define STORE_ANY(store, s0, s1, s2, s3)                                          \
  do {                                                                            \
    if (mn_is_unshifted(power))                                                   \
      store(MN_UNSHIFTED, s0, s1, s2, s3, multiplier, power, zero, output, step); \
    else                                                                          \
      store(MN_SIGNED, s0, s1, s2, s3, multiplier, power, zero, output, step);    \
  } while (0)

/* The sums of a tile, in one segment or in several. Between tiles `end` and `skip` are those of the first segment and
 * `carry` is zero. */
#define BEGIN_WINDOW()                                  \
  const uint32_t *const end = values + 8 * job->groups; \
  const int32_t skip = MN_TILE_SKIP(job->groups)
#define BEGIN_SEGMENTS()                                                           \
  const uint32_t *const last_end = values + 8 * job->groups;                       \
  const uint32_t *const first_end = end_of_segment(job, values), *end = first_end; \
  const int32_t first_skip = MN_TILE_SKIP(1 + groups_between(values, first_end));  \
  int32_t skip = first_skip, carry[kTile];                                         \
  carry[0] = carry[1] = carry[2] = carry[3] = 0
#define ADD_UP_WINDOW()              \
  do {                               \
    MN_TILE_FIRST_STEP();            \
    MN_TILE_STEP();                  \
    MN_TILE_OTHER_GROUPS(skip, end); \
    pair = places.second;            \
    MN_TILE_UNTANGLE(pair->bias[1]); \
  } while (0)
#define ADD_UP_SEGMENTS()                                                     \
  do {                                                                        \
    mn_01 = mn_02 = mn_03 = mn_00;                                            \
    for (;;) {                                                                \
      MN_TILE_EQUAL();                                                        \
      MN_TILE_OTHER_GROUPS(skip, end);                                        \
      if (end == last_end) break;                                             \
      MN_TILE_CARRY(carry);                                                   \
      skip = MN_TILE_SKIP(1 + groups_between(end, end_of_segment(job, end))); \
      end = end_of_segment(job, end);                                         \
    }                                                                         \
    pair = places.second;                                                     \
    MN_TILE_UNTANGLE(pair->bias[1]);                                          \
    if (first_end != last_end) {                                              \
      MN_TILE_ADD_CARRY(carry);                                               \
      carry[0] = carry[1] = carry[2] = carry[3] = 0;                          \
      end = first_end;                                                        \
      skip = first_skip;                                                      \
    }                                                                         \
  } while (0)

MN_INSTRUCTION int32_t groups_between(const uint32_t *values, const uint32_t *end) {
  return (int32_t)(end - values) / 8;
}

/* Where the segment ends that begins with these values. No call, which would take a tile's registers. */
MN_INSTRUCTION const uint32_t *end_of_segment(const conv_job *job, const uint32_t *values) {
  const int32_t left = job->groups - groups_between(job->tile, values);
  return values + 8 * (left < job->segment ? left : job->segment);
}

/* The channels from `pair` to before `last`, to bytes that are `step` apart for two pixels: a function for each way to
 * add up and to round. */
#define MULTIPLY_PAIRS(name, begin, add_up, store)                                                              \
  static void __attribute__((noinline))                                                                         \
  name(const conv_job *job, const channel_pair *pair, const channel_pair *last, int8_t *output, int32_t step) { \
    MN_TILE_WEIGHTS;                                                                                            \
    struct {                                                                                                    \
      int8_t *first;                                                                                            \
      const channel_pair *second;                                                                               \
    } places;                                                                                                   \
    struct {                                                                                                    \
      int32_t first, second;                                                                                    \
    } constants;                                                                                                \
    const uint32_t *const values = job->tile;                                                                   \
    begin();                                                                                                    \
    int32_t zero = job->layer->out_zero, multiplier, power;                                                     \
    MN_PUT2(constants, step, zero);                                                                             \
    mn_weights = job->weights + (pair - job->pairs) * 2 * job->groups;                                          \
    do {                                                                                                        \
      MN_TILE_REGISTERS;                                                                                        \
      MN_PUT2(places, output, pair);                                                                            \
      mn_values = values;                                                                                       \
      mn_00 = pair->bias[0];                                                                                    \
      add_up();                                                                                                 \
      STORE_TILE(store);                                                                                        \
      ++output;                                                                                                 \
    } while (pair != last);                                                                                     \
  }

MULTIPLY_PAIRS(multiply_any_pairs, BEGIN_SEGMENTS, ADD_UP_SEGMENTS, STORE_ANY)
#if !MN_SMALL /* where nothing is rectified */
MULTIPLY_PAIRS(multiply_rectified_pairs, BEGIN_WINDOW, ADD_UP_WINDOW, STORE_RECTIFIED)
#endif

static void multiply_pairs(const conv_job *job, const channel_pair *pair, const channel_pair *last, int8_t *output,
                           int32_t step) {
#if !MN_SMALL
  if (job->rectified) {
    multiply_rectified_pairs(job, pair, last, output, step);
    return;
  }
#endif
  multiply_any_pairs(job, pair, last, output, step);
}

/* The channel without a partner: its tile is stored in scratch memory, where the partner's bytes do no harm. */
static void multiply_last_channel(const conv_job *job, int8_t *output, int32_t step) {
  const int32_t pairs = job->layer->out_channels / 2;
  int8_t pixels[2 * kTile];
  int32_t pixel;
  multiply_pairs(job, job->pairs + pairs, job->pairs + pairs + 1, pixels, 2);
  for (pixel = 0; pixel < kTile; ++pixel) output[pixel * step + 2 * pairs] = pixels[2 * pixel];
}

/* All channels of the tile's first pixel. */
static void multiply_pixel(const conv_job *job, int8_t *output) {
  const int32_t zero = job->layer->out_zero;
  const channel_pair *pair = job->pairs;
  const uint32_t *weights = job->weights;
  const int8_t *const last = output + job->layer->out_channels;
  for (; output < last; output += 2, ++pair) {
    uint32_t first = (uint32_t)pair->bias[0], second = (uint32_t)pair->bias[1];
    const uint32_t *values = job->tile, *const last_end = values + 8 * job->groups;
    while (values != last_end) {
      const uint32_t *const end = end_of_segment(job, values);
      int32_t both = 0, lower = 0;
      for (; values != end; values += 8, weights += 2) {
        lower = mn_dot2(values[0], mn_even_bytes(weights[0]), lower);
        both = mn_dot2(values[0], weights[0], both);
        lower = mn_dot2(values[4], mn_even_bytes(weights[1]), lower);
        both = mn_dot2(values[4], weights[1], both);
      }
      first += (uint32_t)lower;
      second += (uint32_t)mn_higher(both, lower);
    }
    output[0] = mn_byte_of((int32_t)first, pair->first.first, pair->first.second, zero);
    if (output + 1 != last) output[1] = mn_byte_of((int32_t)second, pair->second.first, pair->second.second, zero);
  }
}

static void conv_row(const conv_job *job, int32_t y, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t pairs = layer->out_channels / 2;
  const int32_t step = job->pixel_step * layer->out_channels;
  const int32_t advance = job->pixel_step == 0 ? 1 : kTile;
  const int32_t last = layer->out_width - advance;
  const int8_t *const row = job->work->input + y % layer->in_rows * mn_in_row_bytes(layer);
  int32_t x;
  for (x = 0; x < layer->out_width; x += advance) {
    const int32_t tile_x = x < last ? x : last;
    if (job->pointwise) {
      const int8_t *const first = row + tile_x * layer->in_channels;
      widen(job->tile, first, job->pixel_step * layer->in_channels, job->groups);
    } else {
      fill_tile(job, y, tile_x);
    }
    if (job->pixel_step == 0) {
      multiply_pixel(job, output + tile_x * layer->out_channels);
      continue;
    }
    if (pairs > 0) multiply_pairs(job, job->pairs, job->pairs + pairs, output + tile_x * layer->out_channels, step);
    if (layer->out_channels % 2 != 0) multiply_last_channel(job, output + tile_x * layer->out_channels, step);
  }
}

static void clear(uint32_t *words, int32_t count) {
  while (count-- > 0) *words++ = 0;
}

void mn_conv_dsp(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t taps = (int32_t)layer->kernel * layer->kernel * layer->in_channels;
  const int32_t pairs = (layer->out_channels + 1) / 2;
  conv_job job;
  int32_t y;
  job.layer = layer;
  job.work = work;
  job.weights = mn_constants(model, layer->weights);
  job.run = (int32_t)layer->kernel * layer->in_channels;
  job.groups = (taps + 3) / 4;
  job.pixel_step = layer->out_width >= kTile;
  job.pointwise =
      !MN_SMALL && layer->kernel == 1 && layer->stride == 1 && layer->in_channels % 4 == 0 && layer->input != MN_CALLER;
  job.pairs = work->scratch;
  job.tile = (uint32_t *)(void *)(job.pairs + pairs);
  job.rest = (mn_lane *)(job.tile + job.run / 4 * layer->kernel * 8);
  job.edge = (int8_t *)(job.tile + 8 * job.groups);
  job.segment = mn_segment_taps(layer) / 4;
  job.rectified = prepare_pairs(model, layer, job.pairs, job.groups > job.segment);
  clear(job.tile + 8 * (job.groups - 1), 8); /* taps that pad the last group */
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    conv_row(&job, y, output);
    mn_clamp_row(layer, output);
  }
}

#endif
