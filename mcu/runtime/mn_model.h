/* A network as the device sees it: one constant object, in this order
 *   mn_model          what it is and what it needs
 *   mn_layer[layers]  one row a layer, in the order of execution
 *   constants         weights, biases, multipliers and shifts, found by their offset from the start of the object
 * There are no pointers in it, so it has the same bytes on an 8-bit device and on a 64-bit host, and one digest covers
 * all of it. Multi-byte values are little-endian. model.c of an exported network is such an object, written out for
 * people. */
#ifndef MN_MODEL_H
#define MN_MODEL_H

#include <stdint.h>

#define MN_MAGIC 0x53414E4Du /* "MNAS" */
#define MN_VERSION 3u        /* of this layout and of the arithmetic */

/* As an input's place: the caller's image. As an output's place: the caller's logits. Every other tensor lies in the
 * arena. */
#define MN_CALLER 0xFFFFFFFFu

typedef struct {
  uint32_t magic;       /* MN_MAGIC */
  uint32_t digest;      /* CRC-32 of every byte of the object behind this field */
  uint32_t bytes;       /* of the whole object */
  uint32_t arena_bytes; /* that mn_run needs, exactly */
  uint16_t version;     /* MN_VERSION */
  uint16_t layers;
  uint16_t height, width, channels; /* of the image */
  uint16_t classes;
} mn_model;

/* What a layer computes; the index of its kernel. A fully connected layer is a convolution of a single pixel. */
enum { MN_CONV, MN_DEPTHWISE, MN_POOL, MN_ADD, MN_RELU, MN_KINDS };

typedef struct {
  uint8_t kind;
  uint8_t kernel; /* square; (kernel - 1) / 2 padded taps on each side, each worth in_zero */
  uint8_t stride;
  int8_t in_zero;    /* zero points: real = scale x (q - zero) */
  int8_t other_zero; /* of the second summand */
  int8_t out_zero;
  int8_t low, high; /* clamp of the output; ReLU: low = out_zero */
  uint16_t in_height, in_width, in_channels;
  uint16_t out_height, out_width, out_channels;
  uint16_t in_rows, other_rows,
      out_rows;       /* how many rows of a tensor exist: row y lies in slot y % rows; all of them, or a ring */
  uint16_t strip;     /* layers from here on that run together, row by row; 1: alone; 0: inside a strip */
  uint16_t row_steps; /* in a strip: steps for each row ... */
  uint16_t row_delay; /* ... after so many steps of waiting for the layers before it */
  uint32_t input, other, output; /* places in the arena, multiples of 4, or MN_CALLER */
  uint32_t scratch;              /* place of what its kernel needs besides (nothing outlives a call), a multiple of 4 */
  uint32_t bias;                 /* offsets of int32[out_channels] ... */
  uint32_t multipliers;          /* ... of int32[out_channels]; MN_ADD: int32[3], of input, other and sum ... */
  uint32_t shifts;               /* ... of uint8, as many as multipliers: M = multiplier x 2^(-31 - shift) ... */
  uint32_t weights;              /* ... of int8: mn_weight_index; depthwise: kernel x kernel x channels */
} mn_layer;

/* Where a weight lies among its layer's (not for depthwise layers). Those of two output channels lie beside each other,
 * and so for each tap; a channel without a partner has a partner of zeros. A window has `rows` rows of `run` taps
 * (kernel x input channels, contiguous in the input too). They come in groups of four: first the full groups of each
 * row, then what is left of all rows, filled up with zeros. Inside a group the order is 0, 2, 1, 3, since an
 * instruction that widens bytes takes every other one (mn_dsp.h).
 *
 * The two bytes are one int16, little-endian, of the value w0 + 256 x w1: the first byte is w0, the second w1 less 1
 * where w0 is negative (mn_second_weight). Times a value and summed up it gives both channels' sums at once: s0 + 256 x
 * s1, from which s1 follows while it lies within 23 bits and a sign (mn_segment_taps, mn_kernel.h). */
static inline int32_t mn_ordered_tap(int32_t tap) { return (tap & ~3) | (tap & 1) << 1 | (tap >> 1 & 1); }

static inline int32_t mn_weight_index(int32_t rows, int32_t run, int32_t channel, int32_t row, int32_t tap) {
  const int32_t full = run / 4 * 4;
  const int32_t place = tap < full ? row * full + tap : rows * full + row * (run - full) + tap - full;
  return (channel / 2 * ((rows * run + 3) & ~3) + mn_ordered_tap(place)) * 2 + channel % 2;
}

static inline int8_t mn_second_weight(const int8_t *pair) { return (int8_t)(pair[1] + (pair[0] < 0)); }

/* Refuses to compile where the layout differs. */
typedef char mn_model_has_28_bytes[sizeof(mn_model) == 28 ? 1 : -1];
typedef char mn_layer_has_64_bytes[sizeof(mn_layer) == 64 ? 1 : -1];

#endif
