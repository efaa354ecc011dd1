/* Verification's side in C: runs images through the exported network and writes every layer's output to standard output.
 *   driver IMAGES FIRST COUNT
 * IMAGES holds raw images one after another. Output, in this machine's byte order: status of mn_init, bytes of an image, layers (uint32
 * each); then for each image the layers' outputs, some rows at a time: layer, offset, bytes (uint32 each), values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

#define GUARD_BYTES 64

static uint32_t arena[MODEL_ARENA_WORDS + GUARD_BYTES / 4];
static uint8_t image[MODEL_IMAGE_BYTES];

static void fail(const char *reason) {
  fprintf(stderr, "%s\n", reason);
  exit(1);
}

static void write_bytes(const void *bytes, size_t count) {
  if (fwrite(bytes, 1, count, stdout) != count) fail("cannot write");
}

static void write_rows(void *context, uint32_t layer, uint32_t offset, const int8_t *values, uint32_t bytes) {
  const uint32_t head[3] = {layer, offset, bytes};
  (void)context;
  write_bytes(head, sizeof head);
  write_bytes(values, bytes);
}

/* What the arena held before must not matter, and nothing may be written behind it. */
static void fill_arena(int value) { memset(arena, value, sizeof arena); }

static void check_guard(int value) {
  const uint8_t *const bytes = (const uint8_t *)arena;
  size_t i;
  for (i = MODEL_ARENA_BYTES; i < sizeof arena; ++i) {
    if (bytes[i] != value) fail("the network wrote behind its arena");
  }
}

int main(int argc, char **argv) {
  FILE *images;
  long first, count, i;
  uint32_t head[3];
  int8_t logits[MODEL_CLASSES];
  if (argc != 4) fail("usage: driver IMAGES FIRST COUNT");
  first = atol(argv[2]);
  count = atol(argv[3]);
  images = fopen(argv[1], "rb");
  if (images == NULL || fseek(images, first * (long)sizeof image, SEEK_SET) != 0) fail("cannot read the images");
  head[0] = (uint32_t)mn_init(MODEL, arena, MODEL_ARENA_BYTES);
  head[1] = MODEL_IMAGE_BYTES;
  head[2] = MODEL_LAYERS;
  write_bytes(head, sizeof head);
  for (i = 0; i < count; ++i) {
    const int value = (int)(0xA5 ^ (i & 0xFF));
    fill_arena(value);
    if (fread(image, 1, sizeof image, images) != sizeof image) fail("the images end too early");
    if (mn_run_observed(MODEL, image, arena, MODEL_ARENA_BYTES, logits, write_rows, NULL) != MN_OK) fail("mn_run refuses");
    check_guard(value);
  }
  if (fflush(stdout) != 0) fail("cannot write");
  return 0;
}
