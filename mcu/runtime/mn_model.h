/* A network in the form that the device reads: one constant object, in this order
 *   mn_model          header: version, sizes, input and output
 *   mn_layer[layers]  one row per layer, in the order of execution
 *   constants         weights, biases, multipliers and shifts, addressed by their offset from the start of the object
 * It contains no pointers, so it has the same bytes on an 8-bit device and on a 64-bit host, and one digest covers all
 * of it. Multi-byte values are little-endian. model.c of an exported network is such an object as readable C. */
#ifndef MN_MODEL_H
#define MN_MODEL_H

#include <stdint.h>

#define MN_MAGIC 0x53414E4Du /* "MNAS" */
#define MN_VERSION 3u        /* of this layout and of the arithmetic */

/* As the address of an input: the caller's image. As the address of an output: the caller's logits. All other tensors
 * are in the arena. */
#define MN_CALLER 0xFFFFFFFFu

typedef struct {
  uint32_t magic;       /* MN_MAGIC */
  uint32_t digest;      /* CRC-32 of every byte of the object after this field */
  uint32_t bytes;       /* of the whole object */
  uint32_t arena_bytes; /* exact size that mn_run needs */
  uint16_t version;     /* MN_VERSION */
  uint16_t layers;
  uint16_t height, width, channels; /* of the image */
  uint16_t classes;
} mn_model;

/* The kind of a layer, and the index of its kernel. A fully connected layer is a convolution of a 1x1 image. */
enum { MN_CONV, MN_DEPTHWISE, MN_POOL, MN_ADD, MN_RELU, MN_KINDS };

typedef struct {
  uint8_t kind;
  uint8_t kernel; /* square; each side is padded by (kernel - 1) / 2 taps with the value in_zero */
  uint8_t stride;
  int8_t in_zero;    /* zero points: real = scale x (q - zero) */
  int8_t other_zero; /* of the second input of an addition */
  int8_t out_zero;
  int8_t low, high; /* clamp of the output; ReLU: low = out_zero */
  uint16_t in_height, in_width, in_channels;
  uint16_t out_height, out_width, out_channels;
  uint16_t in_rows, other_rows,
      out_rows;       /* rows of a tensor that exist: row y is in slot y % rows; all rows, or a ring */
  uint16_t strip;     /* number of layers that run together, beginning with this one; 1: alone; 0: inside a strip */
  uint16_t row_steps; /* in a strip: steps for each row ... */
  uint16_t row_delay; /* ... after so many steps of waiting for the layers before it */
  uint32_t input, other, output; /* offsets in the arena, multiples of 4, or MN_CALLER */
  uint32_t scratch;              /* offset of the kernel's scratch memory (unused between calls), a multiple of 4 */
  uint32_t bias;                 /* offsets of int32[out_channels] ... */
  uint32_t multipliers;          /* ... of int32[out_channels]; MN_ADD: int32[3], of input, other and sum ... */
  uint32_t shifts;               /* ... of uint8, as many as multipliers: M = multiplier x 2^(-31 - shift) ... */
  uint32_t weights;              /* ... of int8: mn_weight_index; depthwise: kernel x kernel x channels */
} mn_layer;

/* The index of a weight among its layer's weights (not for depthwise layers). The weights of two output channels are
 * interleaved for each tap; a channel without a partner is paired with zeros. A window has `rows` rows of `run` taps
 * (kernel x input channels, which are contiguous in the input, too). Taps are stored in groups of four: first the full
 * groups of each row, then the remaining taps of all rows, padded with zeros. Inside a group the order is 0, 2, 1, 3,
 * since the instruction that widens bytes takes every other one (mn_dsp.h).
 *
 * The two bytes form one little-endian int16 with the value w0 + 256 x w1: the first byte is w0, the second one is w1,
 * minus 1 if w0 is negative (mn_second_weight). Multiplied by a value and added up, it gives the sums of both channels
 * at once: s0 + 256 x s1, from which s1 follows if it fits into 24 bits with sign (mn_segment_taps, mn_kernel.h). */
static inline int32_t mn_ordered_tap(int32_t tap) { return (tap & ~3) | (tap & 1) << 1 | (tap >> 1 & 1); }

static inline int32_t mn_weight_index(int32_t rows, int32_t run, int32_t channel, int32_t row, int32_t tap) {
  const int32_t full = run / 4 * 4;
  const int32_t place = tap < full ? row * full + tap : rows * full + row * (run - full) + tap - full;
  return (channel / 2 * ((rows * run + 3) & ~3) + mn_ordered_tap(place)) * 2 + channel % 2;
}

static inline int8_t mn_second_weight(const int8_t *pair) { return (int8_t)(pair[1] + (pair[0] < 0)); }

/* Does not compile if the layout differs. */
typedef char mn_model_has_28_bytes[sizeof(mn_model) == 28 ? 1 : -1];
typedef char mn_layer_has_64_bytes[sizeof(mn_layer) == 64 ? 1 : -1];

#endif
