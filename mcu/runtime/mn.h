/* Mini-NAS runtime: classifies an image with an exported network. C99, freestanding; no heap, no floating point, no
 * state of its own (every function may be called from several tasks at once, each with an arena of its own).
 *
 *   #include "model.h"                                                       the exported network; includes this file
 *   static uint32_t arena[MODEL_ARENA_WORDS];
 *   int8_t logits[MODEL_CLASSES];
 *   if (mn_init(MODEL, MODEL_BYTES, arena, sizeof arena) != MN_OK) stop();   once, after a reset
 *   mn_run(MODEL, image, arena, sizeof arena, logits);                       for every image
 *   answer = mn_answer(logits, MODEL_CLASSES);
 *
 * `image` is raw bytes, height x width x channels, as a camera gives them. */
#ifndef MN_H
#define MN_H

#include <stddef.h>
#include <stdint.h>

#include "mn_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The arena's address is a multiple of this. */
#define MN_ARENA_ALIGNMENT 4u

typedef enum {
  MN_OK = 0,
  MN_NOT_A_MODEL,      /* no magic number where the model should be */
  MN_OTHER_VERSION,    /* exported for another version of this runtime */
  MN_DAMAGED,          /* the model's bytes do not match its digest */
  MN_ARENA_TOO_SMALL,  /* mn_missing_bytes tells by how much */
  MN_ARENA_MISALIGNED, /* see MN_ARENA_ALIGNMENT */
  MN_NO_KERNEL,        /* a layer's kernel was not compiled in (mn_kernels.c) */
  MN_INVALID           /* the digest fits, but the layer table names places outside of the model or the arena */
} mn_status;

/* Checks model and arena thoroughly: reads the whole model once, nothing outside of its `model_bytes`. Keeps nothing;
 * the arena stays untouched. After MN_OK no image makes mn_run read or write outside of the model, the arena, the image
 * and the logits. */
mn_status mn_init(const mn_model *model, size_t model_bytes, const void *arena, size_t arena_bytes);

/* How many bytes an arena of `arena_bytes` lacks; 0: none. Requires a model that is not refused with another status. */
size_t mn_missing_bytes(const mn_model *model, size_t arena_bytes);

/* Computes `logits` (model->classes of them) of one image. The arena holds the layers' outputs meanwhile; its content
 * before and after means nothing. Requires that mn_init returned MN_OK. Checks again what is cheap to check (neither
 * digest nor layer table); where it does not return MN_OK the logits mean nothing. */
mn_status mn_run(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits);

/* Sees every byte of every layer's output as soon as it is computed, some rows at a time: `bytes` values that lie
 * `offset` bytes behind the beginning of the output (height x width x channels). A layer's pieces come in order; those
 * of several layers may take turns. */
typedef void mn_observer(void *context, uint32_t layer, uint32_t offset, const int8_t *values, uint32_t bytes);

/* mn_run with somebody watching, for verification. `observer` may be 0. */
mn_status mn_run_observed(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits,
                          mn_observer *observer, void *context);

/* The class: index of the first largest logit. Requires count >= 1. */
uint32_t mn_answer(const int8_t *logits, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
