/* Mini-NAS runtime: classifies an image with an exported network. C99, freestanding; no heap, no floating point, no
 * global state. Functions may be called from several tasks at once if each task has its own arena.
 *
 *   #include "model.h"                                                       the exported network; includes this file
 *   static uint32_t arena[MODEL_ARENA_WORDS];
 *   int8_t logits[MODEL_CLASSES];
 *   if (mn_init(MODEL, MODEL_BYTES, arena, sizeof arena) != MN_OK) stop();   once, after a reset
 *   mn_run(MODEL, image, arena, sizeof arena, logits);                       for every image
 *   answer = mn_answer(logits, MODEL_CLASSES);
 *
 * `image` is raw bytes, height x width x channels, as a camera delivers them. */
#ifndef MN_H
#define MN_H

#include <stddef.h>
#include <stdint.h>

#include "mn_model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The arena's address must be a multiple of this. */
#define MN_ARENA_ALIGNMENT 4u

typedef enum {
  MN_OK = 0,
  MN_NOT_A_MODEL,      /* the model does not begin with the magic number */
  MN_OTHER_VERSION,    /* exported for another version of this runtime */
  MN_DAMAGED,          /* the model's bytes do not match its digest */
  MN_ARENA_TOO_SMALL,  /* mn_missing_bytes returns how many bytes are missing */
  MN_ARENA_MISALIGNED, /* see MN_ARENA_ALIGNMENT */
  MN_NO_KERNEL,        /* a layer's kernel was not compiled in (mn_kernels.c) */
  MN_INVALID           /* the digest matches, but the layer table refers to memory outside of the model or the arena */
} mn_status;

/* Checks model and arena completely: reads the whole model once, and nothing beyond its `model_bytes`. Stores nothing
 * and does not change the arena. After MN_OK no image makes mn_run read or write outside of the model, the arena, the
 * image and the logits. */
mn_status mn_init(const mn_model *model, size_t model_bytes, const void *arena, size_t arena_bytes);

/* How many bytes an arena of `arena_bytes` is too small; 0 if it is large enough. Requires a model for which mn_init
 * returns MN_OK or MN_ARENA_TOO_SMALL. */
size_t mn_missing_bytes(const mn_model *model, size_t arena_bytes);

/* Computes the `logits` (model->classes of them) of one image. The arena contains the layers' outputs during the call;
 * its contents before and after have no meaning. Requires that mn_init returned MN_OK. Repeats the checks that cost
 * little (not digest and layer table); if it does not return MN_OK, the logits have no meaning. */
mn_status mn_run(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits);

/* Is called with every byte of every layer's output as soon as it is computed, some rows at a time: `bytes` values that
 * begin `offset` bytes after the beginning of the output (height x width x channels). The pieces of a layer come in
 * order; those of several layers may alternate. */
typedef void mn_observer(void *context, uint32_t layer, uint32_t offset, const int8_t *values, uint32_t bytes);

/* mn_run with an observer, for verification. `observer` may be 0. */
mn_status mn_run_observed(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits,
                          mn_observer *observer, void *context);

/* The predicted class: the index of the first largest logit. Requires count >= 1. */
uint32_t mn_answer(const int8_t *logits, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
