/* Vector instructions (MVE, "Helium": Cortex-M52, M55, M85) for the kernels in this folder: whether the core has them,
 * what the inner loops read, and how sums become bytes. This is not a general vector library; it contains only what
 * the kernels use. The inner loops themselves are in mn_mve_instructions.h. With MN_DSP_EMULATED, each is replaced by C
 * code with the same result, for tests on other machines. Start-up code must enable vectors before the first call, as
 * mcu/boards/cortex_m.c does. */
#ifndef MN_MVE_H
#define MN_MVE_H

#include <stdint.h>

#include "mn_dsp.h"
#include "mn_kernel.h"

/* Every core with MVE also has the DSP extension, whose kernels compute the layers that these do not take. */
#if MN_DSP && (defined(MN_DSP_EMULATED) || (defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 1)))
#define MN_MVE 1
#else
#define MN_MVE 0
#endif

#if MN_MVE

/* The way from accumulator to byte (mn_arithmetic.h), in two multiplications for four accumulators at once:
 *   h = mn_multiply_high(x, m) is VQRDMULH, (2xm + 2^31) / 2^32. Nothing saturates, since m > 0.
 *   h / 2^R, ties away from zero, is VQRDMULH again, by the divisor d:
 *     R in [1, 11]: d = 2^(31 - R) + 1. The 1 moves the quotient by |h| / 2^31 away from zero. That is more than
 *       nothing, so ties go the right way, and for |h| < 2^(R + 8) less than 1 / 2^R, the least distance of any other
 *       quotient from a tie. Beyond, the byte is at its limit either way.
 *     R = 0: d = 2^31 - 1, which leaves h as it is for |h| < 2^30; beyond, the byte is at its limit.
 *     R in [12, 31]: d = 2^(31 - R), stored as -d: negative h are made one less first, so that their ties go down.
 * Then saturating narrowing to 16 bits, the zero point, and saturating narrowing to a byte. A narrower clamp is applied
 * afterwards. */
enum { kMostWithTies = 11 };

static inline int32_t mn_divisor(uint8_t right_shift) {
  if (right_shift == 0) return INT32_MAX;
  if (right_shift > kMostWithTies) return -(int32_t)(0x80000000u >> right_shift);
  return (int32_t)((0x80000000u >> right_shift) + 1);
}

/* Constants of an output channel, in the order in which they are read. */
typedef struct {
  int32_t multiplier;
  int32_t divisor; /* mn_divisor */
  int32_t bias;
} mn_channel_scale;

enum { kTile = 4, kBlock = 32, kStep = 16 }; /* pixels; taps multiplied at once */

/* Four pixels of an output row, and what their inner loop reads and changes. The offsets are those of the assembly. */
typedef struct {
  const int8_t *pixel[kTile];    /* 0: the windows */
  int32_t blocks, rest;          /* 16: of kBlock taps, and taps beyond; in a window rounded up to groups of four */
  const mn_channel_scale *scale; /* 24: of the next two channels, */
  int8_t *output;                /* 28: and where their outputs go */
  int32_t zero;                  /* 32: zero point of the output */
  const mn_channel_scale *last;  /* 36: end of the channels */
  const int8_t *weights;         /* 40: of the next channels (mn_weight_index) */
  const uint8_t *lanes;          /* 44: MN_LANES */
  uint16_t places[2 * kTile];    /* 48: offset of each pixel's two outputs */
} mn_tile;

/* Where the weights of sixteen taps of the first of two channels lie (mn_ordered_tap). Those of the second lie one byte
 * behind. */
#define MN_LANES \
  { 0, 4, 2, 6, 8, 12, 10, 14, 16, 20, 18, 22, 24, 28, 26, 30 }

enum { kRowsOfTable = 4, kColumn = 16 }; /* depthwise: rows of a table, and its bytes for a column of four channels */

/* A row of outputs of four channels of a depthwise layer. A table has, for each column, a word for each of the four
 * channels, which has one byte for each of four rows. Taps beyond the window are 0. */
typedef struct {
  const int8_t *columns;         /* 0: of the input for the next channel, from 8 outputs before the first one on */
  const int8_t *taps;            /* 4: of the next channel: one column of zeros, then the taps */
  const mn_channel_scale *scale; /* 8: of the next channel */
  int32_t zero;                  /* 12: zero point of the output */
  int8_t *output;                /* 16: of the next channel */
  int32_t step;                  /* 20: bytes from one output to the next */
  int32_t width;                 /* 24: outputs */
  int32_t next_table;            /* 28: bytes from a table of the input to that of the four rows below */
  const mn_channel_scale *last;  /* 32: end of the channels */
  uint32_t apart[4];             /* 36: 0, 1, 2, 3 columns, in bytes */
  uint16_t places[8];            /* 52: 0 to 7 outputs, in bytes */
} mn_group_row;
enum { kTaps = kColumn + 8 * kColumn }; /* bytes of a table of taps */

/* Rows of a tensor of which four channels are interleaved. Where a row does not exist, it is padding. */
typedef struct {
  int32_t step; /* bytes from one column to the next */
  int32_t width, padding;
} mn_row_shape;

/* Constants of an addition of bytes, in the order in which they are read. A summand's byte x becomes
 * ((x - zero) << MN_ADD_SHIFT) x multiplier / 2^R; so does the sum, less the shift, and with the zero point added. */
typedef struct {
  struct {
    int32_t multiplier, divisor;
  } first, second, sum;
  int32_t first_offset, second_offset; /* -16 x zero point */
  int32_t zero;                        /* zero point of the output */
} mn_addition;

#ifdef MN_DSP_EMULATED
#include "mn_mve_emulated.h"
#else
#include "mn_mve_instructions.h"
#endif

/* The layer's clamp, for one row of the output. */
static inline void mn_clamp_vectors(const mn_layer *layer, int8_t *output) {
  if (layer->low == INT8_MIN && layer->high == INT8_MAX) return;
  mn_clamp_bytes(output, mn_out_row_bytes(layer), layer->low, layer->high);
}

#endif
#endif
