/* Depthwise layers 3x3, 5x5 and 7x7 with stride 1 or 2 on cores with vector instructions (MVE). The others (windows of
 * one tap, far apart, of an image, of fewer than four channels or very many) are left to mn_depthwise_dsp.c.
 *
 * For a row of outputs, four channels at a time, the input rows under its windows are interleaved: four rows to a
 * table, in which each column has one word for each channel, of one byte a row. The taps lie in tables of the same
 * form. So one load (a gather of words) brings four columns of four rows of a channel, and VMLADAV multiplies all 16
 * with their taps and adds them up: a 3x3 window is one such product of which 9 parts are not zero, 5x5 and 7x7 are
 * four, of two tables and two groups of columns each. One load serves as many outputs as read these columns. Eight
 * outputs take 12 (3x3) to 56 instructions for loads and products and about 20 to become bytes. Interleaving takes 3.5
 * instructions for each row of four columns.
 *
 * The order of channels and rows is that of mn_depthwise_dsp.c. If the channels are no whole groups of four, the last
 * group moves back and computes some again, so then rows are computed one by one. */
#include "mn_depthwise_dsp.h"
#include "mn_mve.h"

#if MN_MVE

enum { kOutputs = 8 };          /* at once */
enum { kMostScattered = 9362 }; /* channels, so that the offsets of eight outputs have 16 bits */

typedef struct {
  const mn_model *model;
  const mn_layer *layer;
  const mn_work *work;
  int8_t *taps;                          /* in scratch: the table or tables of taps, with a column of zeros in front, */
  int8_t *columns;                       /* and those of the input, from the first column of padding on */
  int32_t table;                         /* bytes of a table of the input */
  int32_t y;                             /* the output row whose windows these are: */
  const int8_t *rows[kLargestDepthwise]; /* of the input, or 0 outside of it; */
  const int8_t *tap_rows[kLargestDepthwise]; /* rows of the taps */
  mn_row_shape input_shape, taps_shape;
} vector_job;

static int32_t tables_of(const mn_layer *layer) { return layer->kernel > kRowsOfTable ? 2 : 1; }

/* Up to four rows of a table. */
static void interleave_table(int8_t *columns, const int8_t *const *rows, int32_t count, int32_t channel,
                             const mn_row_shape *shape) {
  if (shape->step % kGroup == 0) {
    mn_interleave(columns, rows, count, channel, shape);
    return;
  }
  for (; count > 0; --count, ++columns, ++rows) {
    if (*rows != 0)
      mn_interleave_unaligned(columns, *rows + channel, shape->step, shape->width);
    else
      mn_interleave(columns, rows, 1, channel, shape);
  }
}

/* All rows of a window, in tables of `bytes`, of four channels. */
static void interleave(const vector_job *job, int8_t *columns, int32_t bytes, const int8_t *const *rows,
                       int32_t channel, const mn_row_shape *shape) {
  const int32_t kernel = job->layer->kernel;
  if (kernel <= kRowsOfTable) {
    interleave_table(columns, rows, kernel, channel, shape);
  } else {
    interleave_table(columns, rows, kRowsOfTable, channel, shape);
    interleave_table(columns + bytes, rows + kRowsOfTable, kernel - kRowsOfTable, channel, shape);
  }
}

/* The input rows under the windows of output row y. */
static void find_rows(vector_job *job, int32_t y) {
  const mn_layer *layer = job->layer;
  int32_t row, in_y = y * layer->stride - (layer->kernel - 1) / 2;
  job->y = y;
  for (row = 0; row < layer->kernel; ++row, ++in_y) {
    const int32_t exists = in_y >= 0 && in_y < layer->in_height;
    job->rows[row] = exists ? job->work->input + in_y % layer->in_rows * mn_in_row_bytes(layer) : 0;
  }
}

static void compute_row(const mn_layer *layer, mn_group_row *row) {
  const int large = layer->kernel > kRowsOfTable, apart = layer->stride > 1;
  if (large && apart)
    mn_row_of_tables_stride_2(row);
  else if (large)
    mn_row_of_tables(row);
  else if (apart)
    mn_row_of_3x3_stride_2(row);
  else
    mn_row_of_3x3(row);
}

static void prepare_row(const vector_job *job, mn_group_row *row) {
  const mn_layer *layer = job->layer;
  int32_t i;
  row->next_table = job->table;
  row->step = layer->out_channels;
  row->width = layer->out_width;
  row->zero = layer->out_zero;
  for (i = 0; i < 4; ++i) row->apart[i] = (uint32_t)(i * kColumn);
  for (i = 0; i < kOutputs; ++i) row->places[i] = (uint16_t)(i * layer->out_channels);
}

/* Rows [first, last) of the four channels from `channel` on. */
static void compute_group(vector_job *job, mn_group_row *row, int32_t channel, int32_t first, int32_t last) {
  const mn_layer *layer = job->layer;
  const int32_t padding = (layer->kernel - 1) / 2;
  mn_channel_scale scales[kGroup];
  int32_t y;
  mn_prepare_scales(scales, (const int32_t *)mn_constants(job->model, layer->multipliers) + channel,
                    (const uint8_t *)mn_constants(job->model, layer->shifts) + channel,
                    (const int32_t *)mn_constants(job->model, layer->bias) + channel, kGroup);
  row->last = scales + kGroup;
  interleave(job, job->taps + kColumn, kTaps, job->tap_rows, channel, &job->taps_shape);
  for (y = first; y < last; ++y) {
    if (y != job->y) find_rows(job, y);
    interleave(job, job->columns + padding * kColumn, job->table, job->rows, channel, &job->input_shape);
    row->columns = job->columns - kOutputs * layer->stride * kColumn;
    row->taps = job->taps;
    row->output = job->work->output + y % layer->out_rows * mn_out_row_bytes(layer) + channel;
    row->scale = scales;
    compute_row(layer, row);
  }
}

/* What all groups of channels share: zeros around the taps, padding on both sides of the rows. */
static void prepare_tables(const vector_job *job) {
  const mn_layer *layer = job->layer;
  const int32_t padding = (layer->kernel - 1) / 2;
  int32_t table;
  mn_fill(job->taps, 0, tables_of(layer) * kTaps);
  for (table = 0; table < tables_of(layer); ++table) {
    int8_t *const columns = job->columns + table * job->table;
    mn_fill(columns, layer->in_zero, padding * kColumn);
    mn_fill(columns + (padding + layer->in_width) * kColumn, layer->in_zero, padding * kColumn);
  }
}

static void prepare_job(const mn_model *model, const mn_layer *layer, const mn_work *work, vector_job *job) {
  const mn_row_shape input_shape = {layer->in_channels, layer->in_width, layer->in_zero};
  const mn_row_shape taps_shape = {layer->in_channels, layer->kernel, 0};
  const int8_t *const weights = mn_constants(model, layer->weights);
  int32_t row;
  job->model = model;
  job->layer = layer;
  job->work = work;
  job->taps = work->scratch;
  job->columns = job->taps + tables_of(layer) * kTaps;
  job->table = mn_depthwise_columns(layer->kernel, layer->stride, layer->out_width) * kColumn;
  job->y = -1;
  for (row = 0; row < layer->kernel; ++row) job->tap_rows[row] = weights + row * layer->kernel * layer->in_channels;
  job->input_shape = input_shape;
  job->taps_shape = taps_shape;
}

void mn_depthwise_mve(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t channels = layer->in_channels;
  vector_job job;
  mn_group_row row;
  int32_t first, rows, channel;
  if (channels < kGroup || channels > kMostScattered || layer->input == MN_CALLER ||
      !mn_depthwise_turns(layer->kernel, layer->stride)) {
    mn_depthwise_dsp(model, layer, work);
    return;
  }
  prepare_job(model, layer, work, &job);
  prepare_tables(&job);
  prepare_row(&job, &row);
  rows = channels % kGroup == 0 && may_take_turns(layer, work) ? work->last - work->first : 1;
  for (first = work->first; first < work->last; first += rows) {
    for (channel = 0; channel < channels; channel += kGroup)
      compute_group(&job, &row, channel + kGroup <= channels ? channel : channels - kGroup, first, first + rows);
  }
  for (first = work->first; first < work->last; ++first)
    mn_clamp_vectors(layer, work->output + first % layer->out_rows * mn_out_row_bytes(layer));
}

#endif
