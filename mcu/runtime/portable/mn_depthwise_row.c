/* Depthwise layers on cores without special instructions: one channel of a row after the other, four neighbouring
 * outputs at a time with their sums in registers. So a tap is loaded once for four outputs, and a value once for all
 * taps of a window's row.
 *   3x3, stride 1, four outputs: 18 values, 6 loads of taps, 36 multiply-accumulates, 40 to rescale and store, 20
 *   around it (ARMv7-M)
 * Taps outside of the input: a row of them gets taps of zero, a column is left out, and the bias takes what they all
 * would have added. */
#include "mn_dsp.h"
#include "mn_kernel.h"
#include "mn_rescale.h"
#include "mn_scratch.h"

#if !MN_DSP /* such a core has better */

enum { kGroup = 4, kRows = 7 }; /* outputs; rows of the largest window */

typedef struct {
  const mn_layer *layer;
  int32_t kernel, channels;
  const int8_t *rows
      [kRows]; /* under the windows of an output row, the channel's first value of each; outside of the input: of another */
  int32_t exists[kRows];
  int32_t taps[kRows * kRows]; /* the channel's; 0 where their row does not exist */
  mn_scale scale;
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

/* A channel of a row of 3x3 windows, at least 5 of them. The last group moves back to end with the row. */
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

/* The channel's values of all rows, pixel beside pixel, behind the padding that lies there. */
static void copy_values(const row_job *job, int8_t *copy, int32_t copy_width) {
  const mn_layer *layer = job->layer;
  const int32_t channels = job->channels;
  int32_t row;
  copy += (job->kernel - 1) / 2;
  for (row = 0; row < job->kernel; ++row, copy += copy_width) {
    const int8_t *value = job->rows[row];
    int8_t *const end = copy + layer->in_width;
    int8_t *to;
    for (to = copy; to != end; value += channels) *to++ = *value;
  }
}

/* Any windows: from a copy. */
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
    if (left >= kGroup) {
      store_four(&sums, &scale, output, channels);
    } else {
      output[0] = mn_scaled_byte(sums.s0, &scale);
      if (left > 1) output[channels] = mn_scaled_byte(sums.s1, &scale);
      if (left > 2) output[2 * channels] = mn_scaled_byte(sums.s2, &scale);
    }
  }
}

/* The rows of the input under the windows of output row y. That in the middle exists. */
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

static void take_taps(row_job *job, const int8_t *weight) {
  const int32_t kernel = job->kernel, channels = job->channels;
  int32_t *tap = job->taps;
  int32_t row, column, outside = 0;
  for (row = 0; row < kernel; ++row) {
    for (column = 0; column < kernel; ++column, weight += channels) {
      const int32_t exists = job->exists[row];
      *tap++ = exists ? *weight : 0;
      if (!exists) outside += *weight;
    }
  }
  job->scale.bias += outside * job->layer->in_zero;
  if (kernel != 3) return;
  tap = job->taps;
  job->left = (tap[0] + tap[3] + tap[6]) * job->layer->in_zero;
  job->right = (tap[2] + tap[5] + tap[8]) * job->layer->in_zero;
}

void mn_depthwise_row(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t *bias = mn_constants(model, layer->bias);
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const int8_t *weights = mn_constants(model, layer->weights);
  const int32_t direct = layer->kernel == 3 && layer->out_width > kGroup;
  const int32_t copy_width = mn_depthwise_copy_width(layer->kernel, layer->stride, layer->out_width);
  row_job job;
  int32_t y, channel, row;
  job.layer = layer;
  job.kernel = layer->kernel;
  job.channels = layer->in_channels;
  if (!direct) fill(work->scratch, layer->in_zero, job.kernel * copy_width);
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    find_rows(&job, work, y);
    for (channel = 0; channel < job.channels; ++channel) {
      job.scale = mn_scale_of(bias[channel], multipliers[channel], shifts[channel], layer->out_zero);
      take_taps(&job, weights + channel);
      if (direct) {
        three_outputs(&job, output + channel);
      } else {
        copy_values(&job, work->scratch, copy_width);
        if (layer->stride == 1)
          copied_outputs(&job, work->scratch, copy_width, output + channel, 1);
        else
          copied_outputs(&job, work->scratch, copy_width, output + channel, 2);
      }
      for (row = 0; row < job.kernel; ++row) ++job.rows[row];
    }
    mn_clamp_row(layer, output);
  }
}

#endif
