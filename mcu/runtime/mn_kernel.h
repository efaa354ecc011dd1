/* The interface of kernels. A kernel computes some rows of one layer's output. To support another core, write a
 * function of this type and list it in mn_kernels.c; its bytes must be the same. */
#ifndef MN_KERNEL_H
#define MN_KERNEL_H

#include "mn_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows [first, last) of a layer's output, and the memory of its tensors: row y of the input begins at input + (y %
 * layer->in_rows) * (bytes of a row), and so on. The bytes of a row are contiguous. */
typedef struct {
  const int8_t *input, *other; /* only MN_ADD reads `other` */
  int8_t *output;
  void *scratch; /* the layer's scratch memory, a multiple of 4 bytes; its contents before and after have no meaning */
  int32_t first, last;
} mn_work;

/* Computes the rows one after another, lowest first. Outputs may overlap inputs, so every kernel must keep this rule:
 * while row y is not completely written, it writes nothing of row y + 1; once it writes row y, it reads no input row
 * that is completely above the window of row y. It may rely on this: row y overlaps no input row inside that window or
 * below it. Only for MN_ADD and MN_RELU may output and inputs be at the same address: element i is written after
 * element i of each input was read. */
typedef void mn_kernel(const mn_model *model, const mn_layer *layer, const mn_work *work);

/* The definitions, for every core. The first two are compiled only if MN_PORTABLE selects them, or for tests, which
 * define MN_DEFINITIONS. */
mn_kernel mn_conv, mn_depthwise, mn_pool, mn_add, mn_relu;
mn_kernel mn_conv_tile, mn_depthwise_row, mn_add_row; /* faster, for every core, with scratch memory (mn_scratch.h) */
mn_kernel mn_conv_dsp, mn_depthwise_dsp;              /* for cores with the instructions of mn_dsp.h */
mn_kernel mn_conv_mve, mn_depthwise_mve, mn_add_mve, mn_pool_mve; /* for cores with the instructions of mn_mve.h */

/* [layer kind]; 0 if no layer of the network needs it. */
extern mn_kernel *const mn_kernels[MN_KINDS];

/* The constants of a layer at an offset. The layout aligns 32-bit values to multiples of 4. */
static inline const void *mn_constants(const mn_model *model, uint32_t offset) {
  return (const uint8_t *)model + offset;
}

/* A layer's constants in the model, and what a kernel computes with them for output channel c:
 *   sum(c)  = bias[c] + sum over all taps of weight x value, where a tap outside of the input has the value
 *           mn_padding(layer)
 *   byte(c) = mn_requantize(sum(c), multipliers[c], shifts[c], out_zero, low, high)
 * The zero point of the input is folded into the bias. The bytes of an image are used as values in [0, 255]; their
 * difference of 128 to int8 is folded as well. Depthwise weights are stored row by row, column by column, with
 * contiguous channels. For all other weights see mn_weight_index (mn_model.h). */
static inline int32_t mn_value(const mn_layer *layer, int8_t byte) {
  return layer->input == MN_CALLER ? (int32_t)(uint8_t)byte : byte;
}
static inline int32_t mn_padding(const mn_layer *layer) {
  return layer->input == MN_CALLER ? layer->in_zero + 128 : layer->in_zero;
}

/* With this many taps of any weights and values, sums are below 2^23 - 2^15, so two of them can be packed into one
 * accumulator (mn_weight_index): 512 x 127 x 128 and 256 x 127 x 255. Kernels that add up two channels at once divide
 * longer windows into segments. */
static inline int32_t mn_segment_taps(const mn_layer *layer) { return layer->input == MN_CALLER ? 256 : 512; }

/* Two bytes, or four, as one little-endian value, as in an array of int16. May alias bytes and words. */
#ifdef __GNUC__
typedef int16_t __attribute__((__may_alias__)) mn_lane;
typedef uint32_t __attribute__((__may_alias__)) mn_word;
#else
typedef int16_t mn_lane;
typedef uint32_t mn_word;
#endif

/* For kernels that only clamp to a byte: applies the layer's clamp to one row of the output. */
static inline void mn_clamp_row(const mn_layer *layer, int8_t *output) {
  const int8_t *const end = output + (int32_t)layer->out_width * layer->out_channels;
  if (layer->low == INT8_MIN && layer->high == INT8_MAX) return;
  for (; output != end; ++output) {
    if (*output < layer->low) *output = layer->low;
    if (*output > layer->high) *output = layer->high;
  }
}

/* The bits to flip in a stored input byte to get its int8 value: an image's byte b represents b - 128, which is b with
 * its top bit flipped. */
static inline int32_t mn_flip(const mn_layer *layer) { return layer->input == MN_CALLER ? -128 : 0; }

static inline int32_t mn_in_row_bytes(const mn_layer *layer) { return (int32_t)layer->in_width * layer->in_channels; }
static inline int32_t mn_out_row_bytes(const mn_layer *layer) {
  return (int32_t)layer->out_width * layer->out_channels;
}

/* The taps [first, last) of a window that lie inside the input, along one axis. Tap t reads position start + t. */
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
