/* Runs the layers one after another, or several of them together if they form a strip. */
#include "mn.h"

#include "mn_check.h"
#include "mn_crc32.h"
#include "mn_kernel.h"

static mn_status check(const mn_model *model, const void *arena, size_t arena_bytes) {
  if (model->magic != MN_MAGIC) return MN_NOT_A_MODEL;
  if (model->version != MN_VERSION) return MN_OTHER_VERSION;
  if (mn_missing_bytes(model, arena_bytes) != 0) return MN_ARENA_TOO_SMALL;
  if (((uintptr_t)arena & (MN_ARENA_ALIGNMENT - 1u)) != 0) return MN_ARENA_MISALIGNED;
  return MN_OK;
}

size_t mn_missing_bytes(const mn_model *model, size_t arena_bytes) {
  return model->arena_bytes > arena_bytes ? model->arena_bytes - arena_bytes : 0;
}

mn_status mn_init(const mn_model *model, size_t model_bytes, const void *arena, size_t arena_bytes) {
  const size_t uncovered = offsetof(mn_model, digest) + sizeof model->digest;
  mn_status status;
  if (((uintptr_t)model & 3u) != 0 || model_bytes < sizeof *model) return MN_NOT_A_MODEL;
  status = check(model, arena, arena_bytes);
  if (status != MN_OK) return status;
  if (model->bytes != model_bytes) return MN_DAMAGED;
  if (mn_crc32(0, (const uint8_t *)model + uncovered, model_bytes - uncovered) != model->digest) return MN_DAMAGED;
  return mn_check_table(model);
}

mn_status mn_run(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits) {
  return mn_run_observed(model, image, arena, arena_bytes, logits, 0, 0);
}

/* The values that do not change during a run. */
typedef struct {
  const mn_model *model;
  const mn_layer *layers;
  const uint8_t *image;
  int8_t *arena, *logits;
  mn_observer *observer;
  void *context;
} mn_pass;

/* The rows of a ring are contiguous up to its last slot. */
static void show_rows(const mn_pass *pass, uint32_t index, const mn_work *work) {
  const mn_layer *layer = pass->layers + index;
  const int32_t row_bytes = mn_out_row_bytes(layer);
  int32_t y, count;
  for (y = work->first; y < work->last; y += count) {
    const int32_t slot = y % layer->out_rows;
    count = work->last - y < layer->out_rows - slot ? work->last - y : layer->out_rows - slot;
    pass->observer(pass->context, index, (uint32_t)(y * row_bytes), work->output + slot * row_bytes,
                   (uint32_t)(count * row_bytes));
  }
}

static mn_status run_rows(const mn_pass *pass, uint32_t index, int32_t first, int32_t last) {
  const mn_layer *layer = pass->layers + index;
  mn_kernel *kernel = layer->kind < MN_KINDS ? mn_kernels[layer->kind] : 0;
  mn_work work;
  if (kernel == 0) return MN_NO_KERNEL;
  work.input = layer->input == MN_CALLER ? (const int8_t *)pass->image : pass->arena + layer->input;
  work.other = pass->arena + layer->other;
  work.output = layer->output == MN_CALLER ? pass->logits : pass->arena + layer->output;
  work.scratch = pass->arena + layer->scratch;
  work.first = first;
  work.last = last;
  kernel(pass->model, layer, &work);
  if (pass->observer != 0) show_rows(pass, index, &work);
  return MN_OK;
}

/* How many rows of a layer are done after `step` of its strip's `steps`. The last step also computes rows that no
 * window reads. */
static int32_t rows_after(const mn_layer *layer, int32_t step, int32_t steps) {
  int32_t rows;
  if (step == steps) return layer->out_height;
  if (step <= layer->row_delay) return 0;
  rows = (step - layer->row_delay) / layer->row_steps;
  return rows < layer->out_height ? rows : layer->out_height;
}

/* In each step of a strip every layer computes the row that is due, if there is one; the layers before it have already
 * computed its input. A single layer computes all of its rows in one step. */
static mn_status run_strip(const mn_pass *pass, uint32_t index, uint32_t count) {
  const mn_layer *end = pass->layers + index + count - 1;
  const int32_t steps = count == 1 ? 1 : end->row_delay + end->row_steps * end->out_height;
  int32_t step;
  uint32_t i;
  for (step = 0; step < steps; ++step) {
    for (i = index; i < index + count; ++i) {
      const int32_t first = rows_after(pass->layers + i, step, steps),
                    last = rows_after(pass->layers + i, step + 1, steps);
      const mn_status status = first < last ? run_rows(pass, i, first, last) : MN_OK;
      if (status != MN_OK) return status;
    }
  }
  return MN_OK;
}

mn_status mn_run_observed(const mn_model *model, const uint8_t *image, void *arena, size_t arena_bytes, int8_t *logits,
                          mn_observer *observer, void *context) {
  const mn_pass pass = {model, mn_constants(model, sizeof *model), image, arena, logits, observer, context};
  mn_status status = check(model, arena, arena_bytes);
  uint32_t i;
  for (i = 0; status == MN_OK && i < model->layers; i += pass.layers[i].strip)
    status = run_strip(&pass, i, pass.layers[i].strip);
  return status;
}

uint32_t mn_answer(const int8_t *logits, uint32_t count) {
  uint32_t best = 0;
  uint32_t i;
  for (i = 1; i < count; ++i) {
    if (logits[i] > logits[best]) best = i;
  }
  return best;
}
