/* Runs the layers one after another. */
#include "mn.h"

#include "mn_crc32.h"
#include "mn_kernel.h"

static mn_status check(const mn_model *model, const void *arena, size_t arena_bytes) {
  if (model->magic != MN_MAGIC) return MN_NOT_A_MODEL;
  if (model->version != MN_VERSION) return MN_OTHER_VERSION;
  if (arena_bytes < model->arena_bytes) return MN_ARENA_TOO_SMALL;
  if (((uintptr_t)arena & (MN_ARENA_ALIGNMENT - 1u)) != 0) return MN_ARENA_MISALIGNED;
  return MN_OK;
}

mn_status mn_init(const mn_model *model, const void *arena, size_t arena_bytes) {
  const mn_status status = check(model, arena, arena_bytes);
  const size_t uncovered = offsetof(mn_model, digest) + sizeof model->digest;
  if (status != MN_OK) return status;
  if (model->bytes < sizeof *model) return MN_DAMAGED;
  if (mn_crc32(0, (const uint8_t *)model + uncovered, model->bytes - uncovered) != model->digest) return MN_DAMAGED;
  return MN_OK;
}

mn_status mn_run(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits) {
  return mn_run_observed(model, image, arena, arena_bytes, logits, 0, 0);
}

mn_status mn_run_observed(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits,
                          mn_observer *observer, void *context) {
  const mn_layer *layer = mn_constants(model, sizeof *model);
  int8_t *tensors = arena;
  const mn_status status = check(model, arena, arena_bytes);
  uint32_t i;
  if (status != MN_OK) return status;
  for (i = 0; i < model->layers; ++i, ++layer) {
    const int8_t *input = layer->input == MN_CALLER ? (const int8_t *)image : tensors + layer->input;
    int8_t *output = layer->output == MN_CALLER ? logits : tensors + layer->output;
    mn_kernel *kernel = layer->kind < MN_KINDS ? mn_kernels[layer->kind] : 0;
    if (kernel == 0) return MN_NO_KERNEL;
    kernel(model, layer, input, tensors + layer->other, output);
    if (observer != 0) observer(context, i, output, (uint32_t)layer->out_height * layer->out_width * layer->out_channels);
  }
  return MN_OK;
}

uint32_t mn_answer(const int8_t *logits, uint32_t count) {
  uint32_t best = 0;
  uint32_t i;
  for (i = 1; i < count; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return best;
}
