/* Runs every test vector and compares the digest of each layer's output with the one that the training engine computed.
 * On a device: call mn_run_observed in the same way and print to whatever there is. */
#include <stdio.h>

#include "mn_crc32.h"
#include "model.h"
#include "test_vectors.h"

static uint32_t arena[MODEL_ARENA_WORDS];

/* Of the layers of one vector, as far as they are computed. */
static uint32_t digests[MODEL_LAYERS];

static void digest_rows(void *context, uint32_t layer, uint32_t offset, const int8_t *values, uint32_t bytes) {
  (void)context;
  digests[layer] = mn_crc32(offset == 0 ? 0 : digests[layer], values, bytes);
}

static uint32_t differing_layers(uint32_t vector) {
  uint32_t layer, differing = 0;
  for (layer = 0; layer < MODEL_LAYERS; ++layer) {
    const uint32_t expected = test_digests[vector][layer];
    if (digests[layer] == expected) continue;
    if (differing++ > 0) continue;
    printf("vector %u: the first layer that differs is %u, %s: digest expected %08lX, found %08lX\n", (unsigned)vector,
           (unsigned)layer, test_layer_names[layer], (unsigned long)expected, (unsigned long)digests[layer]);
  }
  return differing;
}

int main(void) {
  static const char *const class_names[] = MODEL_CLASS_NAMES;
  const mn_status status = mn_init(MODEL, MODEL_BYTES, arena, sizeof arena);
  uint32_t vector, differing = 0;
  if (status != MN_OK) {
    printf("mn_init refuses the model: status %d (see mn.h)\n", (int)status);
    return 1;
  }
  for (vector = 0; vector < TEST_VECTORS; ++vector) {
    int8_t logits[MODEL_CLASSES];
    uint32_t layers;
    if (mn_run_observed(MODEL, test_images[vector], arena, sizeof arena, logits, digest_rows, NULL) != MN_OK) return 1;
    layers = differing_layers(vector);
    if (layers == 0)
      printf("vector %u: every layer equal, %s\n", (unsigned)vector, class_names[mn_answer(logits, MODEL_CLASSES)]);
    differing += layers;
  }
  puts(differing == 0 ? "PASSED" : "FAILED");
  return differing == 0 ? 0 : 1;
}
