/* Depthwise layers on cores with the DSP extension: the order of channels and rows, and 3x3 with stride 1. Anything
 * else: mn_depthwise_others_dsp.c.
 *
 * 3x3. For a row of outputs, four channels at a time, its three input rows are turned into int16: rows 0 and 1 into
 * pairs, one for each column; row 2 into pairs of neighbouring columns. They lie in records of four columns, 24 words
 * each: for each channel
 *   rows 0 and 1 of columns 4r - 1, 4r, 4r + 1, 4r + 2; row 2 of columns 4r - 1 and 4r, of 4r + 1 and 4r + 2
 * so that four outputs of a channel, 4r to 4r + 3, are 5 loads and 20 multiply-accumulates for 36 products
 * (MN_WINDOWS_3X3), with the nine taps in five registers. Together with 17 to rescale and store and 8 for constants and
 * the loop it is 50 instructions; turning adds 66 for four channels: 1.85 a product. A row outside of the input has no
 * taps: what it adds is the same for all outputs, and goes to the bias.
 *
 * The order. With four channels finished before the next four begin, output rows are written out of turn. That breaks
 * nothing where an output lies on top of its input at a distance that is a whole number of pixels: then four channels'
 * outputs hit these channels' inputs only, and each channel's rows are in turn. At any other distance the rows are
 * computed one by one, all channels of each. */
#include "mn_depthwise_dsp.h"

#if MN_DSP

enum { kRecord = 24, kOfChannel = 6, kColumns = 4, kFour = 4 }; /* words, words, columns, outputs */

/* Two pairs of words of four channels become two words of each channel, in a record: 16 instructions. */
static MN_REPEATED void turn_two_pairs(uint32_t a0, uint32_t b0, uint32_t a1, uint32_t b1, uint32_t *words) {
  const uint32_t low0 = mn_low_lanes(a0, b0), low1 = mn_low_lanes(a1, b1);
  const uint32_t high0 = mn_high_lanes(a0, b0), high1 = mn_high_lanes(a1, b1);
  uint32_t first = mn_even_bytes(low0), second = mn_even_bytes(low1);
  MN_STORE2(words, 0, first, second);
  first = mn_odd_bytes(low0);
  second = mn_odd_bytes(low1);
  MN_STORE2(words, kOfChannel, first, second);
  first = mn_even_bytes(high0);
  second = mn_even_bytes(high1);
  MN_STORE2(words, 2 * kOfChannel, first, second);
  first = mn_odd_bytes(high0);
  second = mn_odd_bytes(high1);
  MN_STORE2(words, 3 * kOfChannel, first, second);
}

/* The record that begins with column `column`; it and others in it may be outside of the input. */
static void __attribute__((noinline)) turn_edge(const depthwise_job *job, int32_t column, uint32_t *record) {
  const int32_t step = job->layer->in_channels;
  uint32_t words[3][kColumns];
  int32_t row, i;
  for (row = 0; row < 3; ++row) {
    for (i = 0; i < kColumns; ++i) {
      const int32_t inside = column + i >= 0 && column + i < job->layer->in_width;
      words[row][i] =
          inside ? load_channels(job->rows[row] + (column + i) * step + job->channel, job->count) : job->padding;
    }
  }
  turn_two_pairs(words[0][0], words[1][0], words[0][1], words[1][1], record);
  turn_two_pairs(words[0][2], words[1][2], words[0][3], words[1][3], record + 2);
  turn_two_pairs(words[2][0], words[2][1], words[2][2], words[2][3], record + 4);
}

/* The first `count` records of four channels, of which all columns but the first one are inside, and the beginning of
 * the next one, as if the input ended there. Each record takes over the last column of the one before. First rows 0 and
 * 1, then row 2: registers are short. */
static void __attribute__((noinline)) turn_inside(const depthwise_job *job, int32_t count, uint32_t *first_record) {
  const int32_t step = job->layer->in_channels;
  const int8_t *a = job->rows[0] + job->channel, *b = job->rows[1] + job->channel;
  const uint32_t *const end = first_record + count * kRecord;
  uint32_t last_a = job->padding, last_b = job->padding;
  uint32_t *record = first_record;
  do {
    turn_two_pairs(last_a, last_b, load_channels(a, kGroup), load_channels(b, kGroup), record);
    turn_two_pairs(load_channels(a + step, kGroup), load_channels(b + step, kGroup),
                   load_channels(a + 2 * step, kGroup), load_channels(b + 2 * step, kGroup), record + 2);
    last_a = load_channels(a + 3 * step, kGroup);
    last_b = load_channels(b + 3 * step, kGroup);
    a += 4 * step;
    b += 4 * step;
    record += kRecord;
  } while (record != end);
  turn_two_pairs(last_a, last_b, job->padding, job->padding, record);
  a = job->rows[2] + job->channel;
  last_a = job->padding;
  record = first_record;
  do {
    turn_two_pairs(last_a, load_channels(a, kGroup), load_channels(a + step, kGroup),
                   load_channels(a + 2 * step, kGroup), record + 4);
    last_a = load_channels(a + 3 * step, kGroup);
    a += 4 * step;
    record += kRecord;
  } while (record != end);
  turn_pair(last_a, job->padding, record + 4, kOfChannel);
}

/* Turns the windows of the rows at hand. */
static void turn_rows(const depthwise_job *job, uint32_t *record) {
  const mn_layer *layer = job->layer;
  const int32_t whole = job->count == kGroup ? layer->in_width / kColumns : 0;
  int32_t column;
  if (whole > 0) turn_inside(job, whole, record);
  if (!MN_SMALL && whole > 0 && layer->in_width % kColumns == 0) return;
  record += whole * kRecord;
  for (column = whole * kColumns - 1; column <= layer->in_width; column += kColumns, record += kRecord)
    turn_edge(job, column, record);
}

/* Takes output row `y` and its window's input rows: in place of one outside of the input, which has no taps, any
 * other. */
static void take_row(depthwise_job *job, int32_t y) {
  const mn_layer *layer = job->layer;
  const int32_t in_y = y * layer->stride;
  job->y = y;
  job->rows[1] = input_row(job, in_y);
  job->rows[0] = in_y > 0 ? input_row(job, in_y - 1) : job->rows[1];
  job->rows[2] = in_y + 1 < layer->in_height ? input_row(job, in_y + 1) : job->rows[1];
  job->output = job->work->output + y % layer->out_rows * mn_out_row_bytes(layer);
}

static inline void load_three(const int8_t *pixel, int32_t step, uint32_t words[3]) {
  words[0] = load_channels(pixel, kGroup);
  words[1] = load_channels(pixel + step, kGroup);
  words[2] = load_channels(pixel + 2 * step, kGroup);
}

/* Three taps leave, and what they add to every output goes to the bias. */
static void __attribute__((noinline)) drop_row(depthwise_job *job, const int8_t *weights, uint32_t taps[3]) {
  const int32_t step = job->layer->in_channels;
  int32_t i;
  for (i = 0; i < job->count; ++i)
    add_to_bias(&job->scales[i], (weights[i] + weights[step + i] + weights[2 * step + i]) * job->layer->in_zero);
  taps[0] = taps[1] = taps[2] = 0;
}

/* The taps of each channel, as MN_WINDOWS_3X3 takes them: kOfChannel words. A row outside of the input gets none. */
static void prepare_taps(depthwise_job *job, uint32_t *taps) {
  const mn_layer *layer = job->layer;
  const int32_t step = layer->in_channels, in_y = job->y * layer->stride;
  const int8_t *const weights = (const int8_t *)mn_constants(job->model, layer->weights) + job->channel;
  uint32_t t[9];
  if (job->count == kGroup) {
    load_three(weights, step, t);
    load_three(weights + 3 * step, step, t + 3);
    load_three(weights + 6 * step, step, t + 6);
  } else {
    int32_t i;
    for (i = 0; i < 9; ++i) t[i] = load_some_channels(weights + i * step, job->count);
  }
  take_bias(job);
  if (in_y == 0) drop_row(job, weights, t);
  if (in_y == layer->in_height - 1) drop_row(job, weights + 6 * step, t + 6);
  turn_two_pairs(t[0], t[3], t[1], t[4], taps);
  turn_two_pairs(t[2], t[5], t[6], t[7], taps + 2);
  turn_pair(t[7], t[8], taps + 4, kOfChannel);
}

/* Of a channel, `fours` times. What it needs besides taps and sums lies in memory in pairs, since these fill the
 * registers. */
#define FOUR_OUTPUTS(windows, store)                               \
  do {                                                             \
    int32_t s0, s1, s2, s3, multiplier, power, zero, apart;        \
    const uint32_t *last;                                          \
    MN_GET(s3, constants.bias);                                    \
    windows(s0, s1, s2, s3, next, c0, c1, c2, p, q);               \
    MN_GET2(multiplier, power, rescale);                           \
    MN_GET2(zero, apart, place);                                   \
    store(s0, s1, s2, s3, multiplier, power, zero, output, apart); \
    output += kFour * apart;                                       \
    MN_GET(last, constants.end);                                   \
    more = next != last;                                           \
  } while (more)
#define STORE_RECTIFIED(...) MN_STORE_CHANNEL(MN_RECTIFIED, __VA_ARGS__)

/* `fours` of outputs in a row of each channel. Pixels are `step` bytes apart, channels `channels_apart`. */
static void __attribute__((noinline)) fours_of_3x3(const depthwise_job *job, const uint32_t *record, int32_t fours,
                                                   int8_t *first_output, int32_t step, int32_t channels_apart) {
  const int32_t zero_point = job->layer->out_zero;
  const int32_t stride = job->layer->stride;
  const uint32_t *taps = job->work->scratch;
  const channel_scale *scale = job->scales, *const last_scale = scale + job->count;
  struct {
    int32_t bias;
    const uint32_t *end;
  } constants;
  struct {
    int32_t first, second;
  } rescale, place;
  MN_PUT2(place, zero_point, step);
  constants.end = record + fours * stride * kRecord;
  for (; scale != last_scale; ++scale, record += kOfChannel, constants.end += kOfChannel, taps += kOfChannel) {
    const uint32_t *next = record;
    int8_t *output = first_output;
    uint32_t c0, c1, c2, p, q;
    int32_t more;
    constants.bias = scale->bias;
    rescale.first = scale->rescale.first;
    rescale.second = scale->rescale.second;
    MN_LOAD2(c0, c1, taps, 0);
    MN_LOAD2(c2, p, taps, 2);
    q = taps[4];
#if MN_SMALL
    if (stride == 1)
      FOUR_OUTPUTS(MN_WINDOWS_3X3, store_channel);
    else
      FOUR_OUTPUTS(MN_WINDOWS_3X3_STRIDE_2, store_channel);
#else
    if (stride == 1 && mn_ties_by_power(rescale.second))
      FOUR_OUTPUTS(MN_WINDOWS_3X3, STORE_RECTIFIED);
    else if (stride == 1)
      FOUR_OUTPUTS(MN_WINDOWS_3X3, store_channel);
    else if (mn_ties_by_power(rescale.second))
      FOUR_OUTPUTS(MN_WINDOWS_3X3_STRIDE_2, STORE_RECTIFIED);
    else
      FOUR_OUTPUTS(MN_WINDOWS_3X3_STRIDE_2, store_channel);
#endif
    first_output += channels_apart;
  }
}

/* Outputs at the end of a row that are no four go to a place of their own first. */
static void row_of_3x3(const depthwise_job *job, const uint32_t *record, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t step = layer->out_channels, fours = layer->out_width / kFour, rest = layer->out_width % kFour;
  int8_t last[kGroup * kFour];
  int32_t x, i;
  if (fours > 0) fours_of_3x3(job, record, fours, output, step, 1);
  if (rest == 0) return;
  fours_of_3x3(job, record + fours * layer->stride * kRecord, 1, last, 1, kFour);
  output += fours * kFour * step;
  for (i = 0; i < job->count; ++i) {
    for (x = 0; x < rest; ++x) output[x * step + i] = last[i * kFour + x];
  }
}

/* Rows [first, last) of the channels at hand. */
static void rows_of_3x3(depthwise_job *job, int32_t first, int32_t last) {
  const int32_t height = job->layer->in_height, stride = job->layer->stride;
  uint32_t *const taps = job->work->scratch, *const record = taps + kGroup * kOfChannel;
  int32_t y;
  for (y = first; y < last; ++y) {
    if (MN_SMALL || y != job->y) take_row(job, y);
    if (y == first || y == 1 || y * stride == height - 1) prepare_taps(job, taps);
    turn_rows(job, record);
    row_of_3x3(job, record, job->output + job->channel);
  }
}

static void take_channels(depthwise_job *job, int32_t channel) {
  const mn_layer *layer = job->layer;
  const int32_t *multipliers = (const int32_t *)mn_constants(job->model, layer->multipliers) + channel;
  const uint8_t *shifts = (const uint8_t *)mn_constants(job->model, layer->shifts) + channel;
  int32_t i;
  job->channel = channel;
  job->count = layer->in_channels - channel < kGroup ? layer->in_channels - channel : kGroup;
  for (i = 0; i < job->count; ++i) {
    job->scales[i].rescale.first = mn_doubled(multipliers[i]);
    job->scales[i].rescale.second = mn_negative_power(shifts[i]);
  }
}

void mn_depthwise_dsp(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  depthwise_job job;
  const int32_t turns = layer->input != MN_CALLER && mn_depthwise_turns(layer->kernel, layer->stride);
  int32_t channel, first, rows;
  job.model = model;
  job.layer = layer;
  job.work = work;
  job.padding = 0x01010101u * (uint8_t)layer->in_zero;
  job.y = -1;
  job.tables_ready = 0;
  rows = may_take_turns(layer, work) ? work->last - work->first : 1;
  for (first = work->first; first < work->last; first += rows) {
    for (channel = 0; channel < layer->in_channels; channel += kGroup) {
      take_channels(&job, channel);
      if (turns && layer->kernel == 3) {
        rows_of_3x3(&job, first, first + rows);
        job.tables_ready = 0;
#if !MN_SMALL
      } else if (turns) {
        mn_depthwise_rows_of_ring(&job, first, first + rows);
#endif
      } else {
        mn_depthwise_rows_of_others(&job, first, first + rows);
      }
    }
  }
  for (first = work->first; first < work->last; ++first) mn_clamp_row(layer, output_row(&job, first));
}

#endif
