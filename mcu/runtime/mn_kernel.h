/* What every kernel shares. A kernel computes one layer: it reads the layer's row, its constants and its inputs, and writes the whole
 * output. To speed up a core, write another function of this type and name it in mn_kernels.c; the bytes must stay the same. */
#ifndef MN_KERNEL_H
#define MN_KERNEL_H

#include "mn_model.h"

/* `input` and `other` (only MN_ADD reads it) never overlap `output`. */
typedef void mn_kernel(const mn_model *model, const mn_layer *layer, const int8_t *input, const int8_t *other, int8_t *output);

mn_kernel mn_conv, mn_depthwise, mn_pool, mn_add;

/* By layer kind; 0 where no layer of the network needs it. */
extern mn_kernel *const mn_kernels[MN_KINDS];

/* Constants of a layer, by their offset. The layout keeps 32-bit values on multiples of 4. */
static inline const void *mn_constants(const mn_model *model, uint32_t offset) { return (const uint8_t *)model + offset; }

/* Bits to flip in a stored input byte to get its int8 value: an image's byte b stands for b - 128, which is b with its top bit flipped. */
static inline int32_t mn_flip(const mn_layer *layer) { return layer->input == MN_CALLER ? -128 : 0; }

/* The taps of a window that lie inside the input, along one axis: tap t reads position start + t, for t in [first, last). */
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

#endif
