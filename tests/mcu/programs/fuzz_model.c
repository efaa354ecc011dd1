/* `make mcu-fuzz`: libFuzzer searches for a model that makes the runtime access memory out of bounds. The input is a
 * model's object; its magic number, version, sizes and digest are corrected, so that it reaches the later checks. Every
 * block is a separate allocation for the sanitizer. */
#include <stdlib.h>
#include <string.h>

#include "mcu/runtime/mn.h"
#include "mcu/runtime/mn_crc32.h"

#define MOST_BYTES (1u << 18) /* for arena, image and tensors; more would only be slower */

static void sign(mn_model* model, size_t bytes) {
  const size_t uncovered = offsetof(mn_model, digest) + sizeof model->digest;
  model->magic = MN_MAGIC;
  model->version = MN_VERSION;
  model->bytes = (uint32_t)bytes;
  model->digest = mn_crc32(0, (const uint8_t*)model + uncovered, bytes - uncovered);
}

/* Bytes of all outputs together. Requires a layer table that passed the checks. */
static uint64_t work_of(const mn_model* model) {
  const mn_layer* layer = (const mn_layer*)(const void*)(model + 1);
  uint64_t bytes = 0;
  uint32_t i;
  for (i = 0; i < model->layers; ++i, ++layer)
    bytes += (uint64_t)layer->out_height * layer->out_width * layer->out_channels;
  return bytes;
}

static void run(const mn_model* model, void* arena, size_t arena_bytes) {
  const size_t image_bytes = (size_t)model->height * model->width * model->channels;
  if (image_bytes > MOST_BYTES || work_of(model) > MOST_BYTES) return;
  uint8_t* const image = malloc(image_bytes);
  int8_t* const logits = malloc(model->classes);
  memset(image, 255, image_bytes);
  mn_run(model, image, arena, arena_bytes, logits);
  free(image);
  free(logits);
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < sizeof(mn_model)) return 0;
  mn_model* const model = malloc(size);
  memcpy(model, data, size);
  sign(model, size);
  const size_t arena_bytes = model->arena_bytes < MOST_BYTES ? model->arena_bytes : MOST_BYTES;
  void* const arena = calloc(arena_bytes, 1);
  if (mn_init(model, size, arena, arena_bytes) == MN_OK) run(model, arena, arena_bytes);
  free(arena);
  free(model);
  return 0;
}
