/* Standard, pointwise and fully connected layers on cores without special instructions.
 *
 * A tile is some neighbouring pixels of one output row. Their windows are copied once into scratch memory, interleaved
 * by pixel in the order of the weights, with padding filled in, so that no tap needs a test or an address of its own.
 * Then two output channels at a time are computed, with the two sums of each pixel in registers (mn_multiply.h). The
 * weights of a tap for both channels are one load (mn_weight_index): the low byte is one weight, and the whole number
 * contains the other one 256 times. Instructions:
 *   ARMv7-M   4 pixels, 14 instructions for 8 products; copying 10 for 4 values, used by every output channel; 12 to
 *             rescale an output
 *   ARMv6-M   2 pixels, 13 instructions for 4 products; copying 17 for 4 values; about 40 to rescale an output
 * If a row has fewer pixels than a tile, as in a classifier, each pixel is computed alone, as the first one of its
 * tile. If a row ends inside a tile, the last tile moves back. Windows with more taps than two packed sums allow are
 * added up in segments (mn_segment_taps). */
#include "mn_dsp.h"
#include "mn_kernel.h"
#include "mn_multiply.h"
#include "mn_rescale.h"

#if !MN_DSP /* such cores have faster kernels */

typedef struct {
  const mn_layer *layer;
  const int8_t *input;
  mn_tile_value *tile;
  int8_t *edge;       /* a window's row of each pixel where it does not lie in the input as it is */
  int32_t run;        /* bytes of a window's row */
  int32_t taps;       /* in a window, with those that fill the last group of four */
  int32_t segment;    /* how many of them are multiplied at once */
  int32_t pixel_step; /* 1, or 0 where a tile is one pixel */
} conv_job;

MN_INLINE int32_t value_of(int8_t byte, int image) { return image ? (int32_t)(uint8_t)byte : byte; }

MN_INLINE void copy_four(mn_tile_value *values, const int8_t *bytes, int image) {
  values[0] = (mn_tile_value)value_of(bytes[0], image);
  values[MN_TILE] = (mn_tile_value)value_of(bytes[2], image);
  values[2 * MN_TILE] = (mn_tile_value)value_of(bytes[1], image);
  values[3 * MN_TILE] = (mn_tile_value)value_of(bytes[3], image);
}

/* A row of the windows of all pixels, the bytes of which begin `step` apart: `groups` groups of four of each. */
MN_INLINE void copy_groups(mn_tile_value *values, const int8_t *first, int32_t step, int32_t groups, int image) {
  const mn_tile_value *const end = values + 4 * MN_TILE * groups;
  const int8_t *second = first + step, *third = second + step, *fourth = third + step;
  for (; values != end; values += 4 * MN_TILE) {
    copy_four(values, first, image);
    copy_four(values + 1, second, image);
    first += 4;
    second += 4;
    if (MN_TILE == 2) continue;
    copy_four(values + MN_TILE / 2, third, image);
    copy_four(values + MN_TILE - 1, fourth, image);
    third += 4;
    fourth += 4;
  }
}

MN_APART void copy_bytes(mn_tile_value *values, const int8_t *first, int32_t step, int32_t groups) {
  copy_groups(values, first, step, groups, 0);
}

MN_APART void copy_image(mn_tile_value *values, const int8_t *first, int32_t step, int32_t groups) {
  copy_groups(values, first, step, groups, 1);
}

/* The taps of window row `row` that fill no group of four; those of all rows share groups behind the full ones
 * (mn_weight_index). */
static void copy_rest(const conv_job *job, int32_t row, const int8_t *first, int32_t step) {
  const int32_t rest = job->run % 4, image = job->layer->input == MN_CALLER;
  mn_tile_value *const values = job->tile + (job->run - rest) * job->layer->kernel * MN_TILE;
  int32_t tap, pixel;
  for (tap = 0; tap < rest; ++tap) {
    mn_tile_value *const value = values + mn_ordered_tap(row * rest + tap) * MN_TILE;
    for (pixel = 0; pixel < MN_TILE; ++pixel)
      value[pixel] = (mn_tile_value)value_of(first[pixel * step + job->run - rest + tap], image);
  }
}

/* Copies `count` bytes, or fills with padding if `from` is 0; in words if everything is aligned. */
static void copy_or_fill(int8_t *to, const int8_t *from, int32_t count, int8_t padding) {
  const int8_t *const end = to + count;
  const uint32_t word = 0x01010101u * (uint8_t)padding;
  const int32_t aligned = (((uintptr_t)to | (uintptr_t)from | (uintptr_t)count) & 3u) == 0;
  if (aligned && from != 0) {
    for (; to != end; to += 4, from += 4) *(mn_word *)(void *)to = *(const mn_word *)(const void *)from;
  } else if (aligned) {
    for (; to != end; to += 4) *(mn_word *)(void *)to = word;
  } else if (from != 0) {
    while (to != end) *to++ = *from++;
  } else {
    while (to != end) *to++ = padding;
  }
}

/* A window's row that leaves the input on the left or on the right, put together from what lies inside and padding. It
 * begins at pixel `start` of the input's row `line`. */
static void copy_edge(const conv_job *job, const int8_t *line, int32_t start, int8_t *edge) {
  const mn_layer *layer = job->layer;
  const int32_t channels = layer->in_channels;
  int32_t column;
  for (column = start; column < start + layer->kernel; ++column, edge += channels) {
    const int32_t exists = column >= 0 && column < layer->in_width;
    copy_or_fill(edge, exists ? line + column * channels : 0, channels, (int8_t)mn_padding(layer));
  }
}

/* The windows of the pixels from (y, x) on. */
static void fill_tile(const conv_job *job, int32_t y, int32_t x) {
  const mn_layer *layer = job->layer;
  const int32_t kernel = layer->kernel, padding = (kernel - 1) / 2, groups = job->run / 4,
                row_bytes = mn_in_row_bytes(layer);
  const int32_t start = x * layer->stride - padding, apart = job->pixel_step * layer->stride;
  const int32_t inside = start >= 0 && start + (MN_TILE - 1) * apart + kernel <= layer->in_width;
  mn_tile_value *values = job->tile;
  int32_t row, pixel, in_y = y * layer->stride - padding;
  for (row = 0; row < kernel; ++row, ++in_y, values += 4 * MN_TILE * groups) {
    const int8_t *const line =
        in_y >= 0 && in_y < layer->in_height ? job->input + in_y % layer->in_rows * row_bytes : 0;
    const int8_t *first = job->edge;
    int32_t step = job->run;
    if (line == 0) {
      copy_or_fill(job->edge, 0, job->run, (int8_t)mn_padding(layer));
      step = 0;
    } else if (inside) {
      first = line + start * layer->in_channels;
      step = apart * layer->in_channels;
    } else {
      for (pixel = 0; pixel < MN_TILE; ++pixel)
        copy_edge(job, line, start + pixel * apart, job->edge + pixel * job->run);
    }
    if (layer->input == MN_CALLER)
      copy_image(values, first, step, groups);
    else
      copy_bytes(values, first, step, groups);
    copy_rest(job, row, first, step);
  }
}

/* Stores one channel of the tile's pixels. */
MN_INLINE void store_channel(const int32_t *sums, mn_scale scale, int8_t *output, int32_t step) {
  output[0] = mn_scaled_byte(scale.bias + sums[0], &scale);
  output[step] = mn_scaled_byte(scale.bias + sums[1], &scale);
  if (MN_TILE == 2) return;
  output[2 * step] = mn_scaled_byte(scale.bias + sums[MN_TILE / 2], &scale);
  output[3 * step] = mn_scaled_byte(scale.bias + sums[MN_TILE - 1], &scale);
}

/* All channels of the tile's pixels, the first of which begins at `output`. For channels that mn_is_common and
 * windows of one segment. */
MN_APART void whole_windows(const mn_model *model, const conv_job *job, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multiplier = mn_constants(model, layer->multipliers);
  const uint8_t *shift = mn_constants(model, layer->shifts);
  const mn_lane *weights = mn_constants(model, layer->weights);
  const int32_t channels = layer->out_channels;
  const int8_t zero = layer->out_zero;
  const int8_t *const end = output + channels;
  for (; output < end; weights += job->taps) {
    int32_t sums[2 * MN_TILE];
    mn_multiply_tile(job->tile, weights, job->taps, sums);
    store_channel(sums, mn_scale_of(*bias++, *multiplier++, *shift++, zero), output++, channels);
    if (output == end) return;
    store_channel(sums + MN_TILE, mn_scale_of(*bias++, *multiplier++, *shift++, zero), output++, channels);
  }
}

/* Adds to both channels' sums of the tile, or of its first pixel, what their weights add, segment by segment. */
MN_APART void add_segments(const conv_job *job, const mn_lane *weights, int32_t sums[2 * MN_TILE]) {
  const int32_t step = job->pixel_step != 0 ? 1 : MN_TILE; /* from one sum to the next */
  int32_t more[2 * MN_TILE], tap, i;
  for (tap = 0; tap < job->taps; tap += job->segment) {
    const int32_t left = job->taps - tap, count = left < job->segment ? left : job->segment;
    if (job->pixel_step != 0)
      mn_multiply_tile(job->tile + MN_TILE * tap, weights + tap, count, more);
    else
      mn_multiply_pixel(job->tile + MN_TILE * tap, weights + tap, count, more);
    for (i = 0; i < 2 * MN_TILE; i += step) sums[i] = (int32_t)((uint32_t)sums[i] + (uint32_t)more[i]);
  }
}

/* Whether the channel's sums are rescaled as fast as most. */
MN_INLINE int is_common(const conv_job *job, int32_t bias, uint8_t shift) {
  return job->taps <= kMostTaps && mn_is_common(bias, shift);
}

/* The same for any window, shifts and pixels. */
MN_APART void any_windows(const mn_model *model, const conv_job *job, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const mn_lane *weights = mn_constants(model, layer->weights);
  const int32_t channels = layer->out_channels, pixels = job->pixel_step == 0 ? 1 : MN_TILE;
  int32_t sums[2 * MN_TILE], channel, i;
  for (channel = 0; channel < channels; ++channel) {
    const int32_t *of_channel = sums + channel % 2 * MN_TILE;
    if (channel % 2 == 0) {
      for (i = 0; i < 2 * MN_TILE; ++i) sums[i] = 0;
      add_segments(job, weights + channel / 2 * job->taps, sums);
    }
    if (pixels > 1 && is_common(job, bias[channel], shifts[channel])) {
      store_channel(of_channel, mn_scale_of(bias[channel], multipliers[channel], shifts[channel], layer->out_zero),
                    output + channel, channels);
      continue;
    }
    for (i = 0; i < pixels; ++i) {
      output[i * channels + channel] =
          mn_any_byte(of_channel[i], bias[channel], multipliers[channel], shifts[channel], layer->out_zero);
    }
  }
}

typedef void windows_kernel(const mn_model *model, const conv_job *job, int8_t *output);

/* The fastest function for this layer. */
static windows_kernel *kernel_for(const mn_model *model, const conv_job *job) {
  const int32_t *bias = mn_constants(model, job->layer->bias);
  const uint8_t *shifts = mn_constants(model, job->layer->shifts);
  int32_t channel;
  if (job->pixel_step == 0 || job->taps > job->segment) return any_windows;
  for (channel = 0; channel < job->layer->out_channels; ++channel) {
    if (!is_common(job, bias[channel], shifts[channel])) return any_windows;
  }
  return whole_windows;
}

static void conv_row(const mn_model *model, const conv_job *job, windows_kernel *windows, int32_t y, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t count = job->pixel_step == 0 ? 1 : MN_TILE, last = layer->out_width - count;
  int32_t x;
  for (x = 0; x < layer->out_width; x += count) {
    const int32_t first = x < last ? x : last;
    fill_tile(job, y, first);
    windows(model, job, output + first * layer->out_channels);
  }
}

void mn_conv_tile(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  conv_job job;
  windows_kernel *windows;
  int32_t y, value;
  job.layer = layer;
  job.input = work->input;
  job.tile = work->scratch;
  job.run = (int32_t)layer->kernel * layer->in_channels;
  job.taps = (layer->kernel * job.run + 3) & ~3;
  job.segment = mn_segment_taps(layer);
  job.edge = (int8_t *)(job.tile + MN_TILE * job.taps);
  job.pixel_step = layer->out_width >= MN_TILE;
  windows = kernel_for(model, &job);
  for (value = 1; value <= 4 * MN_TILE; ++value)
    job.tile[MN_TILE * job.taps - value] = 0; /* taps that fill the last group */
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    conv_row(model, &job, windows, y, output);
    mn_clamp_row(layer, output);
  }
}

#endif
