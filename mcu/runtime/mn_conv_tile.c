/* Standard, pointwise and fully connected layers on cores without special instructions.
 *
 * A tile is some neighbouring pixels of one output row. Their windows are copied once into scratch, pixel beside pixel in the order of the
 * weights, with padding filled in: from there on no tap needs a test or an address of its own. Two output channels at a time run over it,
 * with the two sums of each pixel in registers. A tap of both channels is one load (mn_weight_index): its low byte is the one weight, all
 * of it the other's 256 times beside the one. 4 pixels: 14 instructions for 8 products (ARMv7-M). ARMv6-M has registers for 2 pixels, and
 * no load of a signed byte at a fixed distance, so its values are copied as words: 14 instructions for 4 products. */
#include "mn_arithmetic.h"
#include "mn_dsp.h"
#include "mn_kernel.h"

#if !MN_DSP /* such a core has better */

#ifdef __ARM_ARCH_6M__
enum { kTile = 2 };
typedef int32_t tile_value;
#else
enum { kTile = 4 };
typedef int16_t tile_value;
#endif

typedef struct {
  const mn_layer *layer;
  const int8_t *input;
  tile_value *tile;
  int32_t run;    /* taps in a window's row */
  int32_t taps;   /* in a window, with those that fill the last group of four */
} conv_job;

/* `groups` groups of four bytes to every kTile-th value. `mask` makes an image's bytes unsigned. */
static void copy_groups(tile_value *values, const int8_t *bytes, int32_t groups, int32_t mask) {
  for (; groups > 0; --groups, bytes += 4, values += 4 * kTile) {
    values[0] = (tile_value)(bytes[0] & mask);
    values[kTile] = (tile_value)(bytes[2] & mask);
    values[2 * kTile] = (tile_value)(bytes[1] & mask);
    values[3 * kTile] = (tile_value)(bytes[3] & mask);
  }
}

/* The value of tap `tap` in a window's row that begins at `place` of the input's row `row`, which is 0 outside of the input. */
static int32_t tap_value(const mn_layer *layer, const int8_t *row, int32_t place) {
  return row != 0 && place >= 0 && place < mn_in_row_bytes(layer) ? mn_value(layer, row[place]) : mn_padding(layer);
}

/* The window of output pixel (y, x) into the tile; `values` is its first value there. */
static void copy_window(const conv_job *job, int32_t y, int32_t x, tile_value *values) {
  const mn_layer *layer = job->layer;
  const int32_t padding = (layer->kernel - 1) / 2, full = job->run & ~3;
  const int32_t first = (x * layer->stride - padding) * layer->in_channels;
  const int32_t inside = first >= 0 && first + job->run <= mn_in_row_bytes(layer);
  tile_value *const rest = values + full * layer->kernel * kTile;
  int32_t row, tap, rests = 0, in_y = y * layer->stride - padding;
  for (row = 0; row < layer->kernel; ++row, ++in_y, values += full * kTile) {
    const int8_t *line = in_y >= 0 && in_y < layer->in_height ? job->input + in_y % layer->in_rows * mn_in_row_bytes(layer) : 0;
    if (inside && line != 0) {
      copy_groups(values, line + first, full / 4, layer->input == MN_CALLER ? 0xFF : -1);
    } else {
      for (tap = 0; tap < full; ++tap) values[mn_ordered_tap(tap) * kTile] = (tile_value)tap_value(layer, line, first + tap);
    }
    for (tap = full; tap < job->run; ++tap, ++rests) {
      rest[mn_ordered_tap(rests) * kTile] = (tile_value)tap_value(layer, line, first + tap);
    }
  }
}

#if defined(__ARM_ARCH_6M__)
#define TAP_OF_TILE(t)                                                \
  do {                                                                \
    const int32_t both = weights[t], one = (int8_t)both;              \
    const int32_t v0 = values[kTile * (t)], v1 = values[kTile * (t) + 1]; \
    s0 += v0 * one;                                       \
    b0 += v0 * both;                                      \
    s1 += v1 * one;                                       \
    b1 += v1 * both;                                      \
  } while (0)
#else
#define TAP_OF_TILE(t)                                                                              \
  do {                                                                                              \
    const int32_t both = weights[t], one = (int8_t)both;                                            \
    const int32_t v0 = values[kTile * (t)], v1 = values[kTile * (t) + 1];                           \
    const int32_t v2 = values[kTile * (t) + 2], v3 = values[kTile * (t) + 3];                       \
    s0 += v0 * one;                                                                     \
    b0 += v0 * both;                                                                    \
    s1 += v1 * one;                                                                     \
    b1 += v1 * both;                                                                    \
    s2 += v2 * one;                                                                     \
    b2 += v2 * both;                                                                    \
    s3 += v3 * one;                                                                     \
    b3 += v3 * both;                                                                    \
  } while (0)
#endif

/* The sums of a pair of channels: sums[2 * pixel] of the first, sums[2 * pixel + 1] of the second, both without bias. */
static void multiply_tile(const tile_value *values, const mn_lane *weights, int32_t taps, int32_t sums[2 * kTile]) {
  const tile_value *const end = values + kTile * taps;
  int32_t s0 = 0, b0 = 0, s1 = 0, b1 = 0;
#if !defined(__ARM_ARCH_6M__)
  int32_t s2 = 0, b2 = 0, s3 = 0, b3 = 0;
#endif
  for (; values != end; values += 4 * kTile, weights += 4) {
    TAP_OF_TILE(0);
    TAP_OF_TILE(1);
    TAP_OF_TILE(2);
    TAP_OF_TILE(3);
  }
  sums[0] = s0;
  sums[1] = (b0 - s0) >> 8;
  sums[2] = s1;
  sums[3] = (b1 - s1) >> 8;
#if !defined(__ARM_ARCH_6M__)
  sums[4] = s2;
  sums[5] = (b2 - s2) >> 8;
  sums[6] = s3;
  sums[7] = (b3 - s3) >> 8;
#endif
}

/* All channels of `count` pixels from `output` on. */
static void tile_outputs(const mn_model *model, const conv_job *job, int32_t count, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const mn_lane *weights = mn_constants(model, layer->weights);
  int32_t channel, pixel;
  for (channel = 0; channel < layer->out_channels; channel += 2, weights += job->taps) {
    int32_t sums[2 * kTile];
    const int32_t last = channel + 1 == layer->out_channels;
    multiply_tile(job->tile, weights, job->taps, sums);
    for (pixel = 0; pixel < count; ++pixel) {
      int8_t *bytes = output + pixel * layer->out_channels + channel;
      bytes[0] = mn_requantize(bias[channel] + sums[2 * pixel], multipliers[channel], shifts[channel], layer->out_zero, layer->low,
                               layer->high);
      if (last) continue;
      bytes[1] = mn_requantize(bias[channel + 1] + sums[2 * pixel + 1], multipliers[channel + 1], shifts[channel + 1], layer->out_zero,
                               layer->low, layer->high);
    }
  }
}

void mn_conv_tile(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  conv_job job;
  int32_t y, x, pixel;
  job.layer = layer;
  job.input = work->input;
  job.tile = work->scratch;
  job.run = (int32_t)layer->kernel * layer->in_channels;
  job.taps = (layer->kernel * job.run + 3) & ~3;
  for (pixel = 0; pixel < 4 * kTile; ++pixel) job.tile[(job.taps - 4) * kTile + pixel] = 0; /* taps that fill the last group */
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    for (x = 0; x < layer->out_width; x += kTile) {
      const int32_t count = layer->out_width - x < kTile ? layer->out_width - x : kTile;
      for (pixel = 0; pixel < kTile; ++pixel) copy_window(&job, y, pixel < count ? x + pixel : x, job.tile + pixel);
      tile_outputs(model, &job, count, output + x * layer->out_channels);
    }
  }
}

#endif
