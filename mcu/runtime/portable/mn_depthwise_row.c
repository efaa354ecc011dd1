/* Depthwise layers on cores without special instructions: one channel of a row after the other, four neighbouring
 * outputs at a time with their sums in registers. A tap is loaded once for four outputs, and a value once for all taps
 * of a row of the window.
 *   3x3, stride 1, four outputs: 18 values, 6 loads of taps, 36 multiply-accumulates, 40 to rescale and store, 20 for
 *   the loop (ARMv7-M)
 * Taps outside of the input: a row of them gets zero taps, a column is omitted, and their contribution is added to the
 * bias. The bytes of an image are converted to int8, and the difference is added to the bias, too. */
#include "mn_dsp.h"
#include "mn_kernel.h"
#include "mn_rescale.h"
#include "mn_scratch.h"

#if !MN_DSP /* such cores have faster kernels */

enum { kGroup = 4, kRows = kLargestDepthwise }; /* outputs; rows of the largest window */
enum { kAny = -1 };                             /* instead of a shift */

typedef struct {
  const mn_layer *layer;
  int32_t kernel, channels;
  int32_t padded; /* the copy in scratch has its padding */
  const int8_t *rows
      [kRows]; /* under the windows of an output row, the channel's first value of each; outside of the input: of another */
  int32_t exists[kRows];
  int32_t taps[kRows * kRows];      /* the channel's; 0 where their row does not exist */
  mn_scale scale;                   /* the channel's; the sums begin with its bias; or its shift is kAny */
  int32_t late_bias;                /* what is still to be added to them */
  const int32_t *bias, *multiplier; /* of the channel at hand */
  const uint8_t *shift;
  const int8_t *weight;
  int32_t left, right; /* what the columns of padding in front of and behind the input add to the bias, for 3x3 */
} row_job;

typedef struct {
  int32_t s0, s1, s2, s3;
} four_sums;

/* A row of 3 taps with stride 1. Without the first value (`left`) or the last one (`right`). */
MN_INLINE void add_three(four_sums *sums, const int8_t *value, int32_t step, const int32_t *tap, int left, int right) {
  const int32_t t0 = tap[0], t1 = tap[1], t2 = tap[2];
  const int8_t *const next = value + 3 * step;
  int8_t v;
  if (!left) sums->s0 += value[0] * t0;
  v = value[step];
  sums->s0 += v * t1;
  sums->s1 += v * t0;
  v = value[2 * step];
  sums->s0 += v * t2;
  sums->s1 += v * t1;
  sums->s2 += v * t0;
  v = next[0];
  sums->s1 += v * t2;
  sums->s2 += v * t1;
  sums->s3 += v * t0;
  v = next[step];
  sums->s2 += v * t2;
  sums->s3 += v * t1;
  if (!right) sums->s3 += next[2 * step] * t2;
}

/* The same with stride 2. */
MN_INLINE void add_three_apart(four_sums *sums, const int8_t *value, int32_t step, const int32_t *tap, int left,
                               int right) {
  const int32_t t0 = tap[0], t1 = tap[1], t2 = tap[2];
  const int8_t *const next = value + 3 * step, *const last = next + 3 * step;
  int8_t v;
  if (!left) sums->s0 += value[0] * t0;
  sums->s0 += value[step] * t1;
  v = value[2 * step];
  sums->s0 += v * t2;
  sums->s1 += v * t0;
  sums->s1 += next[0] * t1;
  v = next[step];
  sums->s1 += v * t2;
  sums->s2 += v * t0;
  sums->s2 += next[2 * step] * t1;
  v = last[0];
  sums->s2 += v * t2;
  sums->s3 += v * t0;
  sums->s3 += last[step] * t1;
  if (!right) sums->s3 += last[2 * step] * t2;
}

/* `count` of them, of any channel. */
MN_APART void store_any(const row_job *job, four_sums sums, int8_t *output, int32_t count) {
  const int32_t bias = job->late_bias, multiplier = *job->multiplier, step = job->channels;
  const uint8_t shift = *job->shift;
  const int8_t zero = job->layer->out_zero;
  output[0] = mn_any_byte(sums.s0, bias, multiplier, shift, zero);
  if (count > 1) output[step] = mn_any_byte(sums.s1, bias, multiplier, shift, zero);
  if (count > 2) output[2 * step] = mn_any_byte(sums.s2, bias, multiplier, shift, zero);
  if (count > 3) output[3 * step] = mn_any_byte(sums.s3, bias, multiplier, shift, zero);
}

MN_INLINE void store_four(const four_sums *sums, const mn_scale *scale, int8_t *output, int32_t step) {
  int8_t *const third = output + 2 * step;
  output[0] = mn_scaled_byte(sums->s0, scale);
  output[step] = mn_scaled_byte(sums->s1, scale);
  third[0] = mn_scaled_byte(sums->s2, scale);
  third[step] = mn_scaled_byte(sums->s3, scale);
}

/* `count` groups of four outputs of 3x3 taps; the first window begins at `value` in its first row. */
MN_INLINE void groups_of_three(const row_job *job, const int8_t *value, int8_t *output, int32_t count, int stride,
                               int left, int right) {
  const int32_t step = job->channels;
  const int32_t second = (int32_t)(job->rows[1] - job->rows[0]), third = (int32_t)(job->rows[2] - job->rows[0]);
  const mn_scale scale = job->scale;
  for (; count > 0; --count, value += kGroup * stride * step, output += kGroup * step) {
    four_sums sums = {scale.bias, scale.bias, scale.bias, scale.bias};
    if (left) sums.s0 += job->left;
    if (right) sums.s3 += job->right;
    if (stride == 1) {
      add_three(&sums, value, step, job->taps, left, right);
      add_three(&sums, value + second, step, job->taps + 3, left, right);
      add_three(&sums, value + third, step, job->taps + 6, left, right);
    } else {
      add_three_apart(&sums, value, step, job->taps, left, right);
      add_three_apart(&sums, value + second, step, job->taps + 3, left, right);
      add_three_apart(&sums, value + third, step, job->taps + 6, left, right);
    }
    store_four(&sums, &scale, output, step);
  }
}

MN_APART void inner_groups(const row_job *job, const int8_t *value, int8_t *output, int32_t count) {
  groups_of_three(job, value, output, count, 1, 0, 0);
}

MN_APART void outer_group(const row_job *job, const int8_t *value, int8_t *output, int left, int right) {
  groups_of_three(job, value, output, 1, 1, left, right);
}

MN_APART void groups_apart(const row_job *job, const int8_t *value, int8_t *output, int32_t count, int left,
                           int right) {
  groups_of_three(job, value, output, count, 2, left, right);
}

/* A channel of a row of 3x3 windows, at least 5 of them, with a scale that is not kAny. The last group moves back to
 * end with the row. */
static void three_outputs(const row_job *job, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t channels = job->channels, stride = layer->stride;
  const int32_t last = layer->out_width - kGroup, between = (last - 1) / kGroup;
  const int8_t *const first = job->rows[0] - channels, *const inner = first + kGroup * stride * channels;
  if (stride == 1) {
    outer_group(job, first, output, 1, 0);
    inner_groups(job, inner, output + kGroup * channels, between);
    outer_group(job, first + last * channels, output + last * channels, 0, 1);
  } else {
    groups_apart(job, first, output, 1, 1, 0);
    groups_apart(job, inner, output + kGroup * channels, between, 0, 0);
    groups_apart(job, first + last * 2 * channels, output + last * channels, 1, 0, layer->in_width % 2);
  }
}

/* The channel's values of all rows, as many as the windows reach, pixel beside pixel behind the padding that lies
 * there. */
static void copy_values(const row_job *job, int8_t *copy, int32_t copy_width) {
  const mn_layer *layer = job->layer;
  const int32_t channels = job->channels, padding = (job->kernel - 1) / 2, flip = mn_flip(layer);
  const int32_t count = layer->in_width < copy_width - padding ? layer->in_width : copy_width - padding;
  int32_t row;
  copy += padding;
  for (row = 0; row < job->kernel; ++row, copy += copy_width) {
    const int8_t *value = job->rows[row];
    int8_t *const end = copy + count;
    int8_t *to;
    for (to = copy; to != end; value += channels) *to++ = (int8_t)(*value ^ flip);
  }
}

/* Any windows, from a copy. */
MN_INLINE void copied_outputs(const row_job *job, const int8_t *copy, int32_t copy_width, int8_t *output, int stride) {
  const int32_t kernel = job->kernel, channels = job->channels;
  const mn_scale scale = job->scale;
  int32_t left = job->layer->out_width, row;
  for (; left > 0; left -= kGroup, copy += kGroup * stride, output += kGroup * channels) {
    four_sums sums = {scale.bias, scale.bias, scale.bias, scale.bias};
    const int32_t *tap = job->taps;
    const int8_t *line = copy;
    for (row = 0; row < kernel; ++row, line += copy_width) {
      const int8_t *value = line;
      const int32_t *const end = tap + kernel;
      for (; tap != end; ++value) {
        const int32_t t = *tap++;
        sums.s0 += value[0] * t;
        sums.s1 += value[stride] * t;
        sums.s2 += value[2 * stride] * t;
        sums.s3 += value[3 * stride] * t;
      }
    }
    if (left >= kGroup && scale.shift != kAny)
      store_four(&sums, &scale, output, channels);
    else
      store_any(job, sums, output, left);
  }
}

MN_APART void copied_neighbours(const row_job *job, const int8_t *copy, int32_t copy_width, int8_t *output) {
  copied_outputs(job, copy, copy_width, output, 1);
}

MN_APART void copied_apart(const row_job *job, const int8_t *copy, int32_t copy_width, int8_t *output) {
  copied_outputs(job, copy, copy_width, output, job->layer->stride);
}

/* The rows of the input under the windows of output row y; the middle one always exists. */
static void find_rows(row_job *job, const mn_work *work, int32_t y) {
  const mn_layer *layer = job->layer;
  const int32_t middle = y * layer->stride;
  int32_t row, in_y = middle - (job->kernel - 1) / 2;
  for (row = 0; row < job->kernel; ++row, ++in_y) {
    job->exists[row] = in_y >= 0 && in_y < layer->in_height;
    job->rows[row] = work->input + (job->exists[row] ? in_y : middle) % layer->in_rows * mn_in_row_bytes(layer);
  }
}

static void fill(int8_t *bytes, int8_t value, int32_t count) {
  while (count-- > 0) *bytes++ = value;
}

/* What the difference of 128 between an image's bytes and their values adds to a channel's sum. */
static int32_t image_bias(const row_job *job) {
  int32_t tap, sum = 0;
  for (tap = 0; tap < job->kernel * job->kernel; ++tap) sum += job->weight[tap * job->channels];
  return 128 * sum;
}

/* Returns what the taps outside of the input add to the bias. */
static int32_t take_taps(row_job *job) {
  const int32_t kernel = job->kernel, channels = job->channels;
  const int8_t zero = job->layer->in_zero, *weight = job->weight;
  int32_t *tap = job->taps;
  int32_t row, outside = 0;
  for (row = 0; row < kernel; ++row) {
    const int32_t *const end = tap + kernel;
    if (job->exists[row]) {
      for (; tap != end; weight += channels) *tap++ = (int32_t)*weight;
    } else {
      for (; tap != end; weight += channels) *tap++ = 0, outside += *weight;
    }
  }
  if (kernel == 3) {
    tap = job->taps;
    job->left = (tap[0] + tap[3] + tap[6]) * zero;
    job->right = (tap[2] + tap[5] + tap[8]) * zero;
  }
  return outside * zero;
}

/* Loads the channel's taps and scale. If the folded bias is too large, the sums do not begin with it, because it may
 * exceed the limits that the total keeps. */
MN_APART void take_channel(row_job *job) {
  const int32_t image = job->layer->input == MN_CALLER ? image_bias(job) : 0;
  const int32_t bias = (int32_t)((uint32_t)*job->bias + (uint32_t)(take_taps(job) + image));
  job->scale = mn_scale_of(bias, *job->multiplier, *job->shift, job->layer->out_zero);
  job->late_bias = 0;
  if (mn_is_common(bias, *job->shift)) return;
  job->late_bias = bias;
  job->scale.bias = 0;
  job->scale.shift = kAny;
}

static void next_channel(row_job *job) {
  int32_t row;
  for (row = 0; row < job->kernel; ++row) ++job->rows[row];
  ++job->bias;
  ++job->multiplier;
  ++job->shift;
  ++job->weight;
}

/* A channel of a row of any windows. */
static void channel_from_copy(row_job *job, int8_t *scratch, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t copy_width = mn_depthwise_copy_width(layer->kernel, layer->stride, layer->out_width);
  if (!job->padded) fill(scratch, layer->in_zero, job->kernel * copy_width);
  job->padded = 1;
  copy_values(job, scratch, copy_width);
  if (layer->stride == 1)
    copied_neighbours(job, scratch, copy_width, output);
  else
    copied_apart(job, scratch, copy_width, output);
}

/* All channels of a row. */
static void row_of_channels(row_job *job, const mn_model *model, int8_t *scratch, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int8_t *const end = output + job->channels;
  const int32_t direct =
      job->kernel == 3 && layer->stride <= 2 && layer->out_width > kGroup && layer->input != MN_CALLER;
  job->bias = mn_constants(model, layer->bias);
  job->multiplier = mn_constants(model, layer->multipliers);
  job->shift = mn_constants(model, layer->shifts);
  job->weight = mn_constants(model, layer->weights);
  for (; output != end; ++output, next_channel(job)) {
    take_channel(job);
    if (direct && job->scale.shift != kAny)
      three_outputs(job, output);
    else
      channel_from_copy(job, scratch, output);
  }
}

void mn_depthwise_row(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  row_job job;
  int32_t y;
  job.layer = layer;
  job.kernel = layer->kernel;
  job.channels = layer->in_channels;
  job.padded = 0;
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    find_rows(&job, work, y);
    row_of_channels(&job, model, work->scratch, output);
    mn_clamp_row(layer, output);
  }
}

#endif
