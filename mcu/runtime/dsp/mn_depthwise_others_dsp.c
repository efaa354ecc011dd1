/* Depthwise layers on cores with the DSP extension, of any kernel and stride, and of an image: an output of four channels at a
 * time, straight from the bytes.
 *
 * Two taps at a time: their words of four channels, which may lie anywhere, become a pair of lanes for each channel,
 * which meets the pair of that channel's weights. That is 17 instructions for 8 products. Where pixels lie follows from
 * a table of distances from the window's first pixel, since rows may lie in a ring; a window that leaves the input is
 * copied together first, and every one of an image, whose bytes become int8 on the way. */
#include "mn_depthwise_dsp.h"

#if MN_DSP

/* Scratch: all in pairs of taps, the last one without a partner. */
typedef struct {
  uint32_t *weights;  /* four words a pair: a word of each channel */
  int32_t *distances; /* two a pair, in bytes, from the window's first pixel */
  int32_t *dense;     /* the same in a copied window ... */
  uint32_t *copy;     /* ... which is here */
  int32_t pairs;
} window_tables;

static void lay_out_tables(const depthwise_job *job, window_tables *tables) {
  const int32_t taps = (int32_t)job->layer->kernel * job->layer->kernel;
  int32_t tap;
  tables->pairs = (taps + 1) / 2;
  tables->weights = job->work->scratch;
  tables->distances = (int32_t *)(void *)(tables->weights + 4 * tables->pairs);
  tables->dense = tables->distances + 2 * tables->pairs;
  tables->copy = (uint32_t *)(void *)(tables->dense + 2 * tables->pairs);
  if (!MN_SMALL && job->tables_ready) return;
  tables->distances[taps] = 0;
  tables->dense[taps] = 0;
  for (tap = 0; tap < taps; ++tap) tables->dense[tap] = 4 * tap;
}

static void prepare_weights(const depthwise_job *job, const window_tables *tables) {
  const int32_t taps = (int32_t)job->layer->kernel * job->layer->kernel, step = job->layer->in_channels;
  const int8_t *weights = (const int8_t *)mn_constants(job->model, job->layer->weights) + job->channel;
  uint32_t *pair = tables->weights;
  int32_t tap;
  for (tap = 0; tap < taps; tap += 2, pair += 4, weights += 2 * step) {
    turn_pair(load_channels(weights, job->count), tap + 1 < taps ? load_channels(weights + step, job->count) : 0, pair,
              1);
  }
}

/* The distances of a window whose rows, from `top` on, are all inside. */
static void prepare_distances(const depthwise_job *job, int32_t top, const window_tables *tables) {
  const int8_t *const first = input_row(job, top);
  int32_t *distance = tables->distances;
  int32_t row, column;
  for (row = 0; row < job->layer->kernel; ++row) {
    int32_t place = (int32_t)(input_row(job, top + row) - first);
    for (column = 0; column < job->layer->kernel; ++column, place += job->layer->in_channels) *distance++ = place;
  }
}

static void copy_window(const depthwise_job *job, int32_t top, int32_t left, uint32_t *copy) {
  const mn_layer *layer = job->layer;
  const uint32_t flip = layer->input == MN_CALLER ? 0x80808080u : 0;
  int32_t row, column;
  for (row = top; row < top + layer->kernel; ++row) {
    const int8_t *const source = row >= 0 && row < layer->in_height ? input_row(job, row) + job->channel : 0;
    for (column = left; column < left + layer->kernel; ++column) {
      const int32_t inside = source != 0 && column >= 0 && column < layer->in_width;
      *copy++ = inside ? load_channels(source + column * layer->in_channels, job->count) ^ flip : job->padding;
    }
  }
}

/* What the difference of 128 between an image's bytes and their values adds to the channels' sums. */
static void add_image_bias(depthwise_job *job) {
  const int32_t taps = (int32_t)job->layer->kernel * job->layer->kernel, step = job->layer->in_channels;
  const int8_t *const weights = (const int8_t *)mn_constants(job->model, job->layer->weights) + job->channel;
  int32_t tap, i;
  for (tap = 0; tap < taps; ++tap) {
    for (i = 0; i < job->count; ++i) add_to_bias(&job->scales[i], 128 * weights[tap * step + i]);
  }
}

/* `count` outputs of four channels, whose windows begin `stride` bytes apart. */
static void __attribute__((noinline))
add_windows(const depthwise_job *job, const window_tables *tables, const int8_t *window, const int32_t *distances,
            int32_t count, int8_t *output) {
  const channel_scale *const scale = job->scales;
  const uint32_t *const end = tables->weights + 4 * tables->pairs;
  const int32_t stride = (int32_t)job->layer->stride * job->layer->in_channels, step = job->layer->out_channels;
  for (; count > 0; --count, window += stride, output += step) {
    const uint32_t *weights = tables->weights;
    const int32_t *distance = distances;
    int32_t s0 = scale[0].bias, s1 = scale[1].bias, s2 = scale[2].bias, s3 = scale[3].bias, sums[kGroup], i;
    do {
      uint32_t a, b, low, high;
      int32_t here, there;
      MN_NEXT2(here, there, distance);
      a = load_channels(window + here, kGroup);
      b = load_channels(window + there, kGroup);
      low = mn_low_lanes(a, b);
      high = mn_high_lanes(a, b);
      MN_NEXT2(a, b, weights);
      s0 = mn_dot2(mn_even_bytes(low), a, s0);
      s1 = mn_dot2(mn_odd_bytes(low), b, s1);
      MN_NEXT2(a, b, weights);
      s2 = mn_dot2(mn_even_bytes(high), a, s2);
      s3 = mn_dot2(mn_odd_bytes(high), b, s3);
    } while (weights != end);
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
    for (i = 0; i < kGroup; ++i)
      output[i] = mn_byte_of(sums[i], scale[i].rescale.first, scale[i].rescale.second, job->layer->out_zero);
  }
}

/* Outputs [x, last) of row `y`, one at a time: windows that leave the input, or fewer than four channels. */
static void add_copied_windows(const depthwise_job *job, const window_tables *tables, int32_t y, int32_t x,
                               int32_t last, int8_t *output) {
  const int32_t padding = (job->layer->kernel - 1) / 2, stride = job->layer->stride, step = job->layer->out_channels;
  int8_t bytes[kGroup];
  int32_t i;
  for (; x < last; ++x) {
    copy_window(job, y * stride - padding, x * stride - padding, tables->copy);
    add_windows(job, tables, (const int8_t *)tables->copy, tables->dense, 1, bytes);
    for (i = 0; i < job->count; ++i) output[x * step + i] = bytes[i];
  }
}

/* Outputs [first, last) of a row have windows that are inside from left to right. */
static void find_inside(const mn_layer *layer, int32_t *first, int32_t *last) {
  const int32_t padding = (layer->kernel - 1) / 2, stride = layer->stride,
                beyond = layer->in_width + padding - layer->kernel;
  *first = (padding + stride - 1) / stride;
  *last = beyond < 0 ? 0 : beyond / stride + 1;
  if (*first > *last) *first = *last;
}

void mn_depthwise_rows_of_others(depthwise_job *job, int32_t first, int32_t last) {
  const mn_layer *layer = job->layer;
  const int32_t kernel = layer->kernel, padding = (kernel - 1) / 2;
  window_tables tables;
  int32_t y, begin, end, left, i;
  lay_out_tables(job, &tables);
  prepare_weights(job, &tables);
  take_bias(job);
  if (layer->input == MN_CALLER) add_image_bias(job);
  for (i = job->count; i < kGroup; ++i) job->scales[i] = job->scales[0];
  find_inside(layer, &begin, &end);
  left = begin * layer->stride - padding;
  for (y = first; y < last; ++y) {
    const int32_t top = y * layer->stride - padding;
    int8_t *const output = output_row(job, y) + job->channel;
    if (job->count < kGroup || top < 0 || top + kernel > layer->in_height || layer->input == MN_CALLER) {
      add_copied_windows(job, &tables, y, 0, layer->out_width, output);
    } else {
      if (MN_SMALL || job->channel == 0 || !job->tables_ready || last - first > 1) prepare_distances(job, top, &tables);
      add_copied_windows(job, &tables, y, 0, begin, output);
      add_windows(job, &tables, input_row(job, top) + left * layer->in_channels + job->channel, tables.distances,
                  end - begin, output + begin * layer->out_channels);
      add_copied_windows(job, &tables, y, end, layer->out_width, output);
    }
  }
  job->tables_ready = 1;
}

#endif
