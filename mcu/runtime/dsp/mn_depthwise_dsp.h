/* What the depthwise kernels for cores with the DSP extension share: four channels at a time, bytes converted to lanes,
 * sums converted to bytes. */
#ifndef MN_DEPTHWISE_DSP_H
#define MN_DEPTHWISE_DSP_H

#include "mn_dsp.h"
#include "mn_kernel.h"
#include "mn_scratch.h"

#if MN_DSP

enum { kGroup = 4 }; /* channels */

/* The constants that convert a channel's sum to a byte. */
typedef struct {
  int32_t bias;
  struct {
    int32_t first;  /* mn_doubled(multiplier) */
    int32_t second; /* mn_negative_power(shift) */
  } rescale;
} channel_scale;

typedef struct {
  const mn_model *model;
  const mn_layer *layer;
  const mn_work *work;
  uint32_t padding; /* the input's zero point, four times */
  int32_t count;    /* number of current channels: kGroup, or the rest */
  int32_t channel;  /* the first of them */
  channel_scale scales[kGroup];
  int32_t tables_ready;  /* scratch holds what the functions below have there for all channels */
  int32_t y;             /* 3x3: the row at hand, */
  const int8_t *rows[3]; /* input rows of its windows, */
  int8_t *output;        /* and its own place, from channel 0 on */
} depthwise_job;

/* Rows [first, last) of the current channels, with any kernel, stride and shifts (mn_depthwise_others_dsp.c). */
void mn_depthwise_rows_of_others(depthwise_job *job, int32_t first, int32_t last);

/* The same for 5x5 and 7x7, faster (mn_depthwise_ring_dsp.c); not there where MN_SMALL. */
void mn_depthwise_rows_of_ring(depthwise_job *job, int32_t first, int32_t last);

/* The bytes of fewer than four channels. */
static uint32_t __attribute__((noinline)) load_some_channels(const int8_t *pixel, int32_t count) {
  uint32_t word = 0;
  while (count-- > 0) word = word << 8 | (uint8_t)pixel[count];
  return word;
}

/* The bytes of `count` channels of a pixel. */
static inline uint32_t load_channels(const int8_t *pixel, int32_t count) {
  uint32_t word;
  if (count != kGroup) return load_some_channels(pixel, count);
  __builtin_memcpy(&word, pixel, sizeof word);
  return word;
}

/* Two words of four channels become a word of each channel. */
static inline void turn_pair(uint32_t first, uint32_t second, uint32_t *words, int32_t channel) {
  const uint32_t low = mn_low_lanes(first, second), high = mn_high_lanes(first, second);
  words[0] = mn_even_bytes(low);
  words[channel] = mn_odd_bytes(low);
  words[2 * channel] = mn_even_bytes(high);
  words[3 * channel] = mn_odd_bytes(high);
}

/* The beginning of row `y` of the input and of the output. */
static inline const int8_t *input_row(const depthwise_job *job, int32_t y) {
  return job->work->input + y % job->layer->in_rows * mn_in_row_bytes(job->layer);
}
static inline int8_t *output_row(const depthwise_job *job, int32_t y) {
  return job->work->output + y % job->layer->out_rows * mn_out_row_bytes(job->layer);
}

/* Adds to a bias. The folded bias may exceed the limits that the total keeps, so it wraps around. */
static inline void add_to_bias(channel_scale *scale, int32_t more) {
  scale->bias = (int32_t)((uint32_t)scale->bias + (uint32_t)more);
}

static inline void take_bias(depthwise_job *job) {
  const int32_t *bias = (const int32_t *)mn_constants(job->model, job->layer->bias) + job->channel;
  int32_t i;
  for (i = 0; i < job->count; ++i) job->scales[i].bias = bias[i];
}

/* Four sums of a channel become bytes, `step` apart, as its power says. */
static inline void store_channel(int32_t s0, int32_t s1, int32_t s2, int32_t s3, int32_t multiplier, int32_t power,
                                 int32_t zero, int8_t *output, int32_t step) {
  if (mn_ties_by_power(power))
    MN_STORE_CHANNEL(MN_RECTIFIED, s0, s1, s2, s3, multiplier, power, zero, output, step);
  else if (mn_is_unshifted(power))
    MN_STORE_CHANNEL(MN_UNSHIFTED, s0, s1, s2, s3, multiplier, power, zero, output, step);
  else
    MN_STORE_CHANNEL(MN_SIGNED, s0, s1, s2, s3, multiplier, power, zero, output, step);
}

/* Whether groups of channels can be computed one after the other (mn_depthwise_dsp.c). */
static inline int may_take_turns(const mn_layer *layer, const mn_work *work) {
  const uintptr_t input = (uintptr_t)work->input, output = (uintptr_t)work->output;
  const uintptr_t distance = input < output ? output - input : input - output;
  const uintptr_t lower =
      (uintptr_t)(input < output ? layer->in_rows * mn_in_row_bytes(layer) : layer->out_rows * mn_out_row_bytes(layer));
  return distance >= lower || distance % layer->in_channels == 0;
}

#endif
#endif
