/* What every kernel shares. A kernel computes some rows of one layer's output. To speed up a core, write another
 * function of this type and name it in mn_kernels.c; the bytes must stay the same. */
#ifndef MN_KERNEL_H
#define MN_KERNEL_H

#include "mn_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows [first, last) of a layer's output, and where everything lies: row y of the input begins at
 * input + (y % layer->in_rows) * (bytes of a row), and so on. Inside a row all bytes are contiguous. */
typedef struct {
  const int8_t *input, *other; /* only MN_ADD reads `other` */
  int8_t *output;
  void *scratch; /* of the layer's scratch bytes, a multiple of 4; its content means nothing before and after */
  int32_t first, last;
} mn_work;

/* Computes the rows one after another, lowest first. Outputs may lie on top of inputs, so a kernel keeps this rule:
 * while row y is not yet written completely, it writes nothing of row y + 1; once it writes row y it reads no row of
 * the input that lies wholly above the window of row y. What it may rely on: row y overlaps no input row inside that
 * window or below. MN_ADD and MN_RELU alone may find output and inputs in one place: element i is written after element i
 * of each was read. */
typedef void mn_kernel(const mn_model *model, const mn_layer *layer, const mn_work *work);

/* The definitions, for every core. The first two are compiled only where MN_PORTABLE chooses them, or for tests, where
 * MN_DEFINITIONS is defined. */
mn_kernel mn_conv, mn_depthwise, mn_pool, mn_add, mn_relu;
mn_kernel mn_conv_tile, mn_depthwise_row, mn_add_row; /* for every core, faster, with scratch (mn_scratch.h) */
mn_kernel mn_conv_dsp, mn_depthwise_dsp;              /* where mn_dsp.h finds the instructions */

/* By layer kind; 0 where no layer of the network needs it. */
extern mn_kernel *const mn_kernels[MN_KINDS];

/* Constants of a layer, by their offset. The layout keeps 32-bit values on multiples of 4. */
static inline const void *mn_constants(const mn_model *model, uint32_t offset) {
  return (const uint8_t *)model + offset;
}

/* A layer's constants in the model, and what a kernel computes with them, for output channel c:
 *   sum(c)  = bias[c] + sum over all taps of weight x value, where a tap outside of the input has the value
 *           mn_padding(layer)
 *   byte(c) = mn_requantize(sum(c), multipliers[c], shifts[c], out_zero, low, high)
 * The zero point of the input is folded into the bias. An image's bytes are values as they are, in [0, 255]: the 128
 * between byte and int8 is folded as well. Depthwise weights lie row by row, column by column, channels contiguous. All
 * other weights: mn_weight_index (mn_model.h). */
static inline int32_t mn_value(const mn_layer *layer, int8_t byte) {
  return layer->input == MN_CALLER ? (int32_t)(uint8_t)byte : byte;
}
static inline int32_t mn_padding(const mn_layer *layer) {
  return layer->input == MN_CALLER ? layer->in_zero + 128 : layer->in_zero;
}

/* So many taps of any weights and values have sums below 2^23 less 2^15, and stay apart in the sum of two channels
 * beside each other (mn_weight_index): 512 x 127 x 128 and 256 x 127 x 255. Kernels that add up both channels at once
 * take longer windows in segments. */
static inline int32_t mn_segment_taps(const mn_layer *layer) { return layer->input == MN_CALLER ? 256 : 512; }

/* Two bytes at once, which little-endian cores find where an array of int16 has them, and four. May lie on top of bytes
 * and words. */
#ifdef __GNUC__
typedef int16_t __attribute__((__may_alias__)) mn_lane;
typedef uint32_t __attribute__((__may_alias__)) mn_word;
#else
typedef int16_t mn_lane;
typedef uint32_t mn_word;
#endif

/* For kernels that clamp to a byte only: the rest of the clamp, a row of the output at a time. */
static inline void mn_clamp_row(const mn_layer *layer, int8_t *output) {
  const int8_t *const end = output + (int32_t)layer->out_width * layer->out_channels;
  if (layer->low == INT8_MIN && layer->high == INT8_MAX) return;
  for (; output != end; ++output) {
    if (*output < layer->low) *output = layer->low;
    if (*output > layer->high) *output = layer->high;
  }
}

/* Bits to flip in a stored input byte to get its int8 value: an image's byte b stands for b - 128, which is b with its
 * top bit flipped. */
static inline int32_t mn_flip(const mn_layer *layer) { return layer->input == MN_CALLER ? -128 : 0; }

static inline int32_t mn_in_row_bytes(const mn_layer *layer) { return (int32_t)layer->in_width * layer->in_channels; }
static inline int32_t mn_out_row_bytes(const mn_layer *layer) {
  return (int32_t)layer->out_width * layer->out_channels;
}

/* The taps of a window that lie inside the input, along one axis: tap t reads position start + t, for t in [first,
 * last). */
typedef struct {
  int32_t start, first, last;
} mn_taps;

static inline mn_taps mn_taps_at(int32_t position, int32_t stride, int32_t kernel, int32_t extent) {
  mn_taps taps;
  taps.start = position * stride - (kernel - 1) / 2;
  taps.first = taps.start < 0 ? -taps.start : 0;
  taps.last = extent - taps.start < kernel ? extent - taps.start : kernel;
  return taps;
}

#ifdef __cplusplus
}
#endif

#endif
