/* Bytes of scratch memory of the kernels (mn_work, mn_kernel.h), from a layer's shape alone, for the kernels and for
 * the exporter that reserves it. Since a model runs on every core, it is the maximum over all of them. Valid C++. */
#ifndef MN_SCRATCH_H
#define MN_SCRATCH_H

#include <stdint.h>

/* mn_conv_dsp.c: bias, multiplier and power of each output channel, the widened windows of four pixels, and one row of
 * each window as bytes. */
static inline int64_t mn_conv_scratch(int32_t kernel, int32_t in_channels, int32_t out_channels) {
  const int64_t run = (int64_t)kernel * in_channels;
  const int64_t groups = (kernel * run + 3) / 4;
  const int64_t edges = kernel == 1 ? 0 : 4 * run;
  return (out_channels + 1) / 2 * 24 + groups * 32 + (edges + 3) / 4 * 4;
}

/* The largest kernel of depthwise layers. */
enum { kLargestDepthwise = 7 };

/* Whether the kernels for such a depthwise layer turn rows into rows of each channel; of an image none does. */
static inline int mn_depthwise_turns(int32_t kernel, int32_t stride) { return kernel >= 3 && stride <= 2; }

/* Pairs of taps in a row of a window; if the padding is odd, there is an empty one at the beginning. */
static inline int32_t mn_tap_pairs(int32_t kernel) { return (kernel + (kernel - 1) / 2 % 2 + 1) / 2; }

/* Blocks in a row: as many as the last four outputs read. */
static inline int32_t mn_row_blocks(int32_t kernel, int32_t stride, int32_t out_width) {
  const int32_t first = (out_width + 3) / 4 * 4 - 4;
  const int32_t pairs = mn_tap_pairs(kernel) + (stride == 1 ? (kernel - 1) / 2 % 2 + 1 : 3);
  return (first * stride / 2 + pairs + 1) / 2;
}

/* mn_depthwise_row.c: values of one channel in a row, as many as groups of four outputs read. It copies `kernel` of
 * these rows. */
static inline int32_t mn_depthwise_copy_width(int32_t kernel, int32_t stride, int32_t out_width) {
  return ((out_width + 3) / 4 * 4 - 1) * stride + kernel;
}

/* mn_depthwise_others_dsp.c: 10 words for two taps. */
static inline int32_t mn_depthwise_window(int32_t kernel) { return (kernel * kernel + 1) / 2 * 40; }

/* mn_depthwise_mve.c: columns of a table, as many as groups of eight outputs read; and all of its bytes: a table of
 * 16 bytes a column and one of 9 columns of taps, or, for 5x5 and 7x7, two of each. */
static inline int32_t mn_depthwise_columns(int32_t kernel, int32_t stride, int32_t out_width) {
  return ((out_width + 7) / 8 * 8 - 1) * stride + (kernel > 4 ? 8 : 4);
}
static inline int32_t mn_depthwise_tables(int32_t kernel, int32_t stride, int32_t out_width) {
  return (kernel > 4 ? 2 : 1) * 16 * (9 + mn_depthwise_columns(kernel, stride, out_width));
}

/* `kernel` rows of four channels as int16, with their padding, in blocks of four values, and pairs of taps. That is
 * more than the copy and the window, and more than mn_depthwise_dsp.c takes for 3x3 (24 words for every four columns,
 * 24 more at the end, 24 of taps). The tables of vectors are larger only for short rows of 5x5 windows with stride 2.
 * Layers without such rows take the more of copy and window. */
static inline int32_t mn_depthwise_scratch(int32_t kernel, int32_t stride, int32_t out_width) {
  const int32_t rows = 4 * kernel * 8 * (mn_row_blocks(kernel, stride, out_width) + mn_tap_pairs(kernel));
  const int32_t copy = (kernel * mn_depthwise_copy_width(kernel, stride, out_width) + 3) / 4 * 4;
  const int32_t window = mn_depthwise_window(kernel);
  const int32_t tables = mn_depthwise_tables(kernel, stride, out_width);
  if (mn_depthwise_turns(kernel, stride)) return rows > tables ? rows : tables;
  return copy > window ? copy : window;
}

#endif
