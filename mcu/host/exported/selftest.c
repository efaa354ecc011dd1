/* Runs every test vector and compares the digest of each layer's output with the one that the training engine computed.
 * On a device: call mn_run_observed in the same way and print to whatever there is. */
#include <stdio.h>

#include "mn_crc32.h"
#include "model.h"
#include "test_vectors.h"

static uint32_t arena[MODEL_ARENA_WORDS];

typedef struct {
  uint32_t vector;
  uint32_t differing; /* layers of this vector */
} progress;

static void compare_layer(void *context, uint32_t layer, const int8_t *output, uint32_t bytes) {
  progress *const state = context;
  const uint32_t found = mn_crc32(0, output, bytes);
  const uint32_t expected = test_digests[state->vector][layer];
  if (found == expected) return;
  if (state->differing++ == 0) {
    printf("vector %u: the first layer that differs is %u, %s: digest expected %08lX, found %08lX\n", (unsigned)state->vector,
           (unsigned)layer, test_layer_names[layer], (unsigned long)expected, (unsigned long)found);
  }
}

int main(void) {
  static const char *const class_names[] = MODEL_CLASS_NAMES;
  const mn_status status = mn_init(MODEL, arena, sizeof arena);
  uint32_t vector, differing = 0;
  if (status != MN_OK) {
    printf("mn_init refuses the model: status %d (see mn.h)\n", (int)status);
    return 1;
  }
  for (vector = 0; vector < TEST_VECTORS; ++vector) {
    progress state = {0, 0};
    int8_t logits[MODEL_CLASSES];
    state.vector = vector;
    if (mn_run_observed(MODEL, test_images[vector], arena, sizeof arena, logits, compare_layer, &state) != MN_OK) return 1;
    if (state.differing == 0) printf("vector %u: every layer equal, %s\n", (unsigned)vector, class_names[mn_answer(logits, MODEL_CLASSES)]);
    differing += state.differing;
  }
  puts(differing == 0 ? "PASSED" : "FAILED");
  return differing == 0 ? 0 : 1;
}
