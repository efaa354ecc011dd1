/* Standard, pointwise and fully connected layers on cores with the DSP extension.
 *
 * A tile is 4 neighbouring pixels of one output row. Their windows are widened once to int16 and interleaved by pixel in scratch; then two
 * output channels at a time run over them. A step of two taps is 16 products in 13 instructions (0.81 each): a weight word, two SXTB16 that
 * turn it into both channels' pairs, two double loads of values, eight SMLAD. What comes on top, a product:
 *   widening     13 instructions and a loop for 16 values, used by every output channel: about 1 / channels
 *   rescaling    SMMLAR, SMMLSR, SSAT, STRB for an output (and one ADD without ReLU), and about 20 for the 8 outputs together: 7 / taps
 * Where the row has fewer than 4 pixels, each is a tile of its own, four times over; where it ends inside a tile, the last tile moves back.
 */
#include "mn_dsp.h"
#include "mn_kernel.h"

#if MN_DSP

enum { kTile = 4 };

/* What two channels need to become bytes. */
typedef struct {
  int32_t bias[2];
  struct {
    int32_t first;  /* mn_doubled(multiplier) */
    int32_t second; /* mn_negative_power(shift) */
  } rescale[2];
} channel_pair;

typedef struct {
  const mn_layer *layer;
  const mn_work *work;
  const uint32_t *weights;
  channel_pair *pairs;    /* in scratch: of all output channels, */
  uint32_t *tile;         /* the widened windows, */
  int8_t *edge;           /* and a window's row of each pixel where it does not lie in the input as it is */
  int32_t run;            /* bytes of a window's row */
  int32_t groups;         /* of four taps, in a window */
  int32_t pixel_step;     /* 1, or 0 where a tile is one pixel */
  int32_t pointwise;      /* windows lie in the input as they are, in full groups */
} conv_job;

static void prepare_pairs(const mn_model *model, const conv_job *job) {
  const mn_layer *layer = job->layer;
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  int32_t channel;
  for (channel = 0; channel < layer->out_channels; ++channel) {
    channel_pair *pair = job->pairs + channel / 2;
    pair->bias[channel % 2] = bias[channel];
    pair->rescale[channel % 2].first = mn_doubled(multipliers[channel]);
    pair->rescale[channel % 2].second = mn_negative_power(shifts[channel]);
  }
}

/* A row of the windows of four pixels, the bytes of which begin `step` bytes apart: `count` groups of four of each. */
static uint32_t *widen(uint32_t *lanes, const int8_t *p0, int32_t step, int32_t count) {
  const int8_t *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
  const uint32_t *const end = lanes + 8 * count;
  if (count % 2 != 0) MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
  while (lanes != end) {
    MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
    MN_WIDEN_4X4("sxtb16", lanes, p0, p1, p2, p3);
  }
  return lanes;
}

static uint32_t *widen_image(uint32_t *lanes, const int8_t *p0, int32_t step, int32_t count) {
  const int8_t *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
  const uint32_t *const end = lanes + 8 * count;
  while (lanes != end) MN_WIDEN_4X4("uxtb16", lanes, p0, p1, p2, p3);
  return lanes;
}

/* A window's row that leaves the input on the left or on the right, put together from what lies inside and padding. `row` is 0 above and
 * below the input. */
static void copy_edge(const conv_job *job, const int8_t *row, int32_t start, int8_t *edge) {
  const int32_t channels = job->layer->in_channels;
  const uint32_t padding = 0x01010101u * (uint8_t)mn_padding(job->layer);
  int32_t column, left;
  for (column = start; column < start + job->layer->kernel; ++column) {
    const int8_t *source = row != 0 && column >= 0 && column < job->layer->in_width ? row + column * channels : 0;
    for (left = channels; left >= 4; left -= 4, edge += 4) {
      uint32_t word = padding;
      if (source != 0) {
        __builtin_memcpy(&word, source, sizeof word);
        source += 4;
      }
      __builtin_memcpy(edge, &word, sizeof word);
    }
    for (; left > 0; --left) *edge++ = source != 0 ? *source++ : (int8_t)padding;
  }
}

/* The taps of window row `row` that fill no group of four; those of all rows share groups behind the full ones (mn_weight_index). */
static void widen_rest(const conv_job *job, int32_t row, const int8_t *p0, int32_t step) {
  const int8_t *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
  const int32_t rest = job->run % 4, mask = job->layer->input == MN_CALLER ? 0xFF : -1;
  mn_lane *const lanes = (mn_lane *)(job->tile + job->run / 4 * job->layer->kernel * 8);
  int32_t tap = row * rest, i;
  for (i = job->run - rest; i < job->run; ++i, ++tap) {
    mn_lane *const lane = lanes + tap / 4 * 16 + (tap & 1) * 8 + (tap >> 1 & 1);
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
    int32_t step = job->run, pixel;
    if (inside && exists) {
      first = source + start * layer->in_channels;
      step = apart * layer->in_channels;
    } else {
      for (pixel = 0; pixel < kTile; ++pixel) copy_edge(job, source, start + pixel * apart, job->edge + pixel * job->run);
    }
    lanes = layer->input == MN_CALLER ? widen_image(lanes, first, step, job->run / 4) : widen(lanes, first, step, job->run / 4);
    if (job->run % 4 != 0) widen_rest(job, row, first, step);
  }
}

/* Both channels of the four pixels. What it needs lies in memory in pairs, since the sums fill the registers. */
#define STORE_TILE(sign)                                                                              \
  do {                                                                                                \
    MN_GET2(multiplier, power, pair->rescale[0]);                                                     \
    MN_GET2(step, zero, constants);                                                                   \
    MN_STORE_CHANNEL(sign, mn_00, mn_01, mn_02, mn_03, multiplier, power, zero, places.first, step);   \
    MN_GET2(output, pair, places);                                                                    \
    MN_GET2(multiplier, power, pair->rescale[1]);                                                     \
    ++output;                                                                                         \
    MN_STORE_CHANNEL(sign, mn_10, mn_11, mn_12, mn_13, multiplier, power, zero, output, step);         \
  } while (0)

#define TILE_GROUP() \
  do {               \
    MN_TILE_STEP();  \
    MN_TILE_STEP();  \
  } while (0)

/* Taps of the tile, from `values` to before `end`, times their weights, of the channels from `pair` to before `last`. To bytes that are
 * `step` apart for two pixels. */
static void multiply_tile(const conv_job *job, const uint32_t *values, const uint32_t *end, const uint32_t *weights,
                          const channel_pair *pair, const channel_pair *last, int8_t *output, int32_t step) {
  MN_TILE_REGISTERS;
  struct { int8_t *first; const channel_pair *second; } places;
  struct { int32_t first, second; } constants;
  const uint32_t groups = (uint32_t)(end - values) / 8;
  int32_t zero = job->layer->out_zero, multiplier, power;
  const int32_t rectified = job->layer->low >= zero;
  MN_PUT2(constants, step, zero);
  mn_weights = weights;
  do {
    MN_PUT2(places, output, pair);
    mn_values = values;
    mn_00 = pair->bias[0];
    MN_TILE_FIRST_STEP();
    MN_TILE_STEP();
    switch (groups & 7) { /* so many groups of four taps beside whole rounds of eight */
      case 0: goto seven_groups;
      case 7: goto six_groups;
      case 6: goto five_groups;
      case 5: goto four_groups;
      case 4: goto three_groups;
      case 3: goto two_groups;
      case 2: goto one_group;
      default: goto no_group;
    }
    do {
      TILE_GROUP();
    seven_groups:
      TILE_GROUP();
    six_groups:
      TILE_GROUP();
    five_groups:
      TILE_GROUP();
    four_groups:
      TILE_GROUP();
    three_groups:
      TILE_GROUP();
    two_groups:
      TILE_GROUP();
    one_group:
      TILE_GROUP();
    no_group:;
    } while (mn_values != end);
    pair = places.second;
    MN_TILE_UNTANGLE(pair->bias[1]);
    if (rectified) {
      STORE_TILE(MN_RECTIFIED);
    } else {
      STORE_TILE(MN_SIGNED);
    }
    ++output;
    ++pair;
  } while (pair != last);
}

static void multiply_pairs(const conv_job *job, int32_t first, int32_t last, int8_t *output, int32_t step) {
  const uint32_t *const end = job->tile + 8 * job->groups;
  multiply_tile(job, job->tile, end, job->weights + first * 2 * job->groups, job->pairs + first, job->pairs + last, output, step);
}

/* The channel without a partner: its tile goes to scratch, where the partner's bytes hurt nobody. */
static void multiply_last_channel(const conv_job *job, int8_t *output, int32_t step) {
  const int32_t pairs = job->layer->out_channels / 2;
  int8_t pixels[2 * kTile];
  int32_t pixel;
  multiply_pairs(job, pairs, pairs + 1, pixels, 2);
  for (pixel = 0; pixel < kTile; ++pixel) output[pixel * step + 2 * pairs] = pixels[2 * pixel];
}

static void conv_row(const conv_job *job, int32_t y, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t pairs = layer->out_channels / 2;
  const int32_t step = job->pixel_step * layer->out_channels;
  const int32_t advance = job->pixel_step == 0 ? 1 : kTile;
  const int32_t last = layer->out_width - advance;
  const int8_t *const row = job->work->input + y % layer->in_rows * mn_in_row_bytes(layer);
  int32_t x, tile_x;
  for (x = 0; x < layer->out_width; x += advance) {
    tile_x = x < last ? x : last;
    if (job->pointwise) {
      const int8_t *const first = row + tile_x * layer->in_channels;
      widen(job->tile, first, job->pixel_step * layer->in_channels, job->groups);
    } else {
      fill_tile(job, y, tile_x);
    }
    if (pairs > 0) multiply_pairs(job, 0, pairs, output + tile_x * layer->out_channels, step);
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
  job.pointwise = layer->kernel == 1 && layer->stride == 1 && layer->in_channels % 4 == 0 && layer->input != MN_CALLER;
  job.pairs = work->scratch;
  job.tile = (uint32_t *)(void *)(job.pairs + pairs);
  job.edge = (int8_t *)(job.tile + 8 * job.groups);
  prepare_pairs(model, &job);
  clear(job.tile + 8 * (job.groups - 1), 8); /* taps that pad the last group */
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    conv_row(&job, y, output);
    mn_clamp_row(layer, output);
  }
}

#endif
