/* Standard, pointwise and fully connected layers on cores with vector instructions (MVE).
 *
 * A tile is 4 neighbouring pixels of one output row. Their windows lie one behind the other in scratch memory, as bytes
 * and with padding filled in; those of pointwise layers are read where they lie. Two output channels at a time are
 * computed from them, with the eight sums in the eight registers that VMLADAVA can add to. A block of 32 taps is 256
 * products in 32 instructions, and 2 for the loop; taps beyond blocks are taken sixteen at a time, in 21. About 29 more
 * for the 8 outputs together. All sums are exact modulo 2^32, so windows may have any length.
 *
 * If the row has fewer than 4 pixels, the last one fills the tile; if it ends inside a tile, the tile moves back. */
#include "mn_kernel.h"
#include "mn_mve.h"
#include "mn_scratch.h"

#if MN_MVE

enum { kMostScattered = 21844 }; /* output channels, so that the offsets within a tile have 16 bits */
enum { kMostOffset = 255 };      /* of bytes that are gathered */

typedef struct {
  const mn_layer *layer;
  const mn_work *work;
  const int8_t *weights;
  mn_channel_scale *scales; /* in scratch: of all output channels, in pairs, */
  int8_t *tile;             /* the windows of the four pixels, */
  int8_t *edge;             /* and rows of them all where they do not lie in the input as they are */
  int32_t run;              /* bytes of a window's row */
  int32_t window;   /* bytes of a window in the tile, and weights of a channel: taps, rounded up to groups of four */
  int32_t width;    /* pixels of a tile that differ */
  int32_t columns;  /* of the input, under the windows of a tile */
  int32_t direct;   /* windows lie in the input as they are */
  int32_t gathered; /* windows are gathered, byte by byte, from rows of the input without gaps: */
  uint8_t offsets[kBlock]; /* where the bytes of the first pixel's window lie in these */
  mn_tile even, odd;       /* of all pairs of channels, and of the last channel if it has no partner */
} conv_job;

static const uint8_t kLanes[kStep] = MN_LANES;

static void multiply_pairs(const conv_job *job, mn_tile *tile, int32_t first, int32_t last, int8_t *output) {
  tile->scale = job->scales + 2 * first;
  tile->last = job->scales + 2 * last;
  tile->weights = job->weights + first * 2 * job->window;
  tile->output = output;
  mn_multiply_tile(tile);
}

/* All channels of a tile. One without a partner goes to memory of its own, where the partner's bytes overwrite
 * nothing. */
static void multiply_tile(conv_job *job, const int8_t *window, int32_t step, int8_t *output) {
  const int32_t channels = job->layer->out_channels, pairs = channels / 2;
  int8_t pixels[2 * kTile];
  int32_t i;
  for (i = 0; i < kTile; ++i) {
    job->even.pixel[i] = window;
    job->odd.pixel[i] = window;
    if (i + 1 < job->width) window += step;
  }
  if (pairs > 0) multiply_pairs(job, &job->even, 0, pairs, output);
  if (channels % 2 == 0) return;
  multiply_pairs(job, &job->odd, pairs, pairs + 1, pixels);
  for (i = 0; i < job->width; ++i) output[(i + 1) * channels - 1] = pixels[2 * i];
}

/* The columns of an input row under the windows of a tile, from `start` on: what lies inside the input, and padding.
 * `line` is 0 above and below the input. */
static void copy_row(const conv_job *job, const int8_t *line, int32_t start, int8_t *to) {
  const mn_layer *layer = job->layer;
  const int32_t channels = layer->in_channels, width = line == 0 ? 0 : layer->in_width;
  const int32_t last = start + job->columns, left = start < 0 ? -start : 0, right = last > width ? last - width : 0;
  const int32_t inside = job->columns - left - right;
  const int8_t padding = (int8_t)mn_padding(layer);
  if (inside <= 0) {
    mn_fill(to, padding, job->columns * channels);
    return;
  }
  if (left > 0) mn_fill(to, padding, left * channels);
  mn_copy(to + left * channels, line + (start + left) * channels, inside * channels);
  if (right > 0) mn_fill(to + (left + inside) * channels, padding, right * channels);
}

/* Row `row` of the windows of all pixels, the bytes of which begin `step` apart: full groups of four to their place in
 * the order of the weights, and the rest behind those of all rows. */
static void place_row(const conv_job *job, int32_t row, const int8_t *source, int32_t step) {
  const int32_t rest = job->run % 4, full = job->run - rest;
  int8_t *to = job->tile + row * full, *left = job->tile + job->layer->kernel * full + row * rest;
  int32_t pixel, i;
  if (job->width == kTile)
    mn_copy_four(to, job->window, source, step, full);
  else
    for (pixel = 0; pixel < job->width; ++pixel) mn_copy(to + pixel * job->window, source + pixel * step, full);
  if (rest == 0) return;
  for (pixel = 0; pixel < job->width; ++pixel, source += step, left += job->window) {
    for (i = 0; i < rest; ++i) left[i] = source[full + i];
  }
}

/* The windows of the pixels from (y, x) on. */
static void fill_tile(const conv_job *job, int32_t y, int32_t x) {
  const mn_layer *layer = job->layer;
  const int32_t kernel = layer->kernel, padding = (kernel - 1) / 2, channels = layer->in_channels;
  const int32_t start = x * layer->stride - padding, step = layer->stride * channels, span = job->columns * channels;
  const int32_t inside = start >= 0 && start + job->columns <= layer->in_width;
  int32_t row, in_y = y * layer->stride - padding;
  for (row = 0; row < kernel; ++row, ++in_y) {
    const int32_t exists = in_y >= 0 && in_y < layer->in_height;
    const int8_t *line = exists ? job->work->input + in_y % layer->in_rows * mn_in_row_bytes(layer) : 0;
    if (job->gathered) {
      copy_row(job, line, start, job->edge + row * span);
    } else if (inside && exists) {
      place_row(job, row, line + start * channels, step);
    } else {
      copy_row(job, line, start, job->edge);
      place_row(job, row, job->edge, step);
    }
  }
  if (job->gathered)
    mn_gather_windows(job->tile, job->edge, step, job->offsets, job->window, mn_flip(layer));
  else if (layer->input == MN_CALLER)
    mn_flip_bytes(job->tile, job->width * job->window, mn_flip(layer));
}

static void conv_row(conv_job *job, int32_t y, int8_t *output) {
  const mn_layer *layer = job->layer;
  const int32_t last = layer->out_width - job->width;
  const int32_t step = job->direct ? layer->stride * layer->in_channels : job->window;
  const int8_t *const row = job->work->input + y * layer->stride % layer->in_rows * mn_in_row_bytes(layer);
  int32_t x;
  for (x = 0; x < layer->out_width; x += job->width) {
    const int32_t tile_x = x < last ? x : last;
    if (!job->direct) fill_tile(job, y, tile_x);
    multiply_tile(job, job->direct ? row + tile_x * step : job->tile, step, output + tile_x * layer->out_channels);
  }
}

/* Of all output channels; one without a partner is its own. The bytes of an image are taken 128 too small. */
static void prepare_scales(const mn_model *model, const conv_job *job) {
  const mn_layer *layer = job->layer;
  const int32_t channels = layer->out_channels;
  int32_t channel;
  mn_prepare_scales(job->scales, mn_constants(model, layer->multipliers), mn_constants(model, layer->shifts),
                    mn_constants(model, layer->bias), channels);
  if (channels % 2 != 0) job->scales[channels] = job->scales[channels - 1];
  if (layer->input != MN_CALLER) return;
  for (channel = 0; channel < channels; channel += 2)
    mn_add_weights(job->weights + channel * job->window, job->window, job->scales + channel);
}

/* Windows of few taps that are no whole groups of four a row are gathered. */
static void prepare_gathering(conv_job *job) {
  const mn_layer *layer = job->layer;
  const int32_t kernel = layer->kernel, full = job->run & ~3, span = job->columns * layer->in_channels;
  uint8_t *full_at = job->offsets, *rest_at = job->offsets + kernel * full;
  int32_t row, i;
  job->gathered = job->width == kTile && job->window > kStep && job->window <= kBlock && job->run % 4 != 0 &&
                  kernel * span <= kMostOffset + 1 && (kernel > 1 || layer->stride == 1); /* else edge is too short */
  if (!job->gathered) return;
  for (i = kernel * job->run; i < kBlock; ++i) job->offsets[i] = 0; /* times weights of 0 */
  for (row = 0; row < kernel; ++row) {
    for (i = 0; i < full; ++i) *full_at++ = (uint8_t)(row * span + i);
    for (; i < job->run; ++i) *rest_at++ = (uint8_t)(row * span + i);
  }
}

static void prepare_tile(const conv_job *job, mn_tile *tile) {
  tile->blocks = job->window / kBlock;
  tile->rest = job->window % kBlock;
  tile->zero = job->layer->out_zero;
  tile->lanes = kLanes;
}

/* The tile takes half of what scratch memory holds for it (mn_conv_scratch). The edge has the other half and four rows
 * of a window, and needs no more. Windows that lie apart, with columns between them, come one by one. */
static void prepare_job(const mn_layer *layer, const mn_work *work, conv_job *job) {
  int32_t i;
  job->layer = layer;
  job->work = work;
  job->run = (int32_t)layer->kernel * layer->in_channels;
  job->window = (layer->kernel * job->run + 3) & ~3;
  job->width = layer->out_width < kTile ? layer->out_width : kTile;
  if (layer->out_channels > kMostScattered || (layer->stride > layer->kernel && layer->kernel > 1)) job->width = 1;
  job->columns = (job->width - 1) * layer->stride + layer->kernel;
  job->direct = layer->kernel == 1 && layer->in_channels % 4 == 0 && layer->input != MN_CALLER;
  job->scales = work->scratch;
  job->tile = (int8_t *)(job->scales + (layer->out_channels + 1) / 2 * 2);
  job->edge = job->tile + kTile * job->window;
  for (i = 0; i < 2 * kTile; ++i) {
    const int32_t pixel = i / 2 < job->width ? i / 2 : job->width - 1;
    job->even.places[i] = (uint16_t)(pixel * layer->out_channels + i % 2);
    job->odd.places[i] = (uint16_t)i;
  }
  prepare_tile(job, &job->even);
  prepare_tile(job, &job->odd);
  prepare_gathering(job);
}

void mn_conv_mve(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  conv_job job;
  int32_t y;
  prepare_job(layer, work, &job);
  job.weights = mn_constants(model, layer->weights);
  prepare_scales(model, &job);
  for (y = work->first; y < work->last; ++y) {
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    conv_row(&job, y, output);
    mn_clamp_vectors(layer, output);
  }
}

#endif
