/* Checks each number in the layer table that determines where memory is read or written. After that no kernel accesses
 * memory outside of the model, the arena, the image or the logits, whatever the weights are, and no sum overflows where
 * that would be undefined. */
#include "mn_check.h"

#include "mn_kernel.h"
#include "mn_scratch.h"

/* Of multipliers, and of pixels that a pool adds up: so many times 128, and half of them, keep to 31 bits. */
enum { kLeastMultiplier = 1 << 30, kMostPixels = 16711935 };

/* a x b; if that needs more than 31 bits, a number that is larger than any legal size. */
static uint32_t product(uint32_t a, uint32_t b) {
  const uint64_t whole = (uint64_t)a * b;
  return whole > INT32_MAX ? UINT32_MAX : (uint32_t)whole;
}

/* Whether `bytes` bytes from `begin` on end at or before `end`. */
static int inside(uint32_t begin, uint32_t bytes, uint32_t end) { return bytes <= end && begin <= end - bytes; }

/* Whether `rows` of a tensor's `height` rows are in the arena. `caller` is the size of the caller's buffer, the image
 * or the logits. */
static int tensor_fits(const mn_model *model, uint32_t place, uint32_t rows, uint32_t height, uint32_t row_bytes,
                       uint32_t caller) {
  const uint32_t bytes = product(height, row_bytes);
  if (rows < 1 || rows > height || bytes < 1 || bytes > INT32_MAX) return 0;
  if (place == MN_CALLER) return rows == height && bytes == caller;
  return place % 4 == 0 && inside(place, rows * row_bytes, model->arena_bytes);
}

/* Products of 16-bit factors fit into 32 bits. */
static int tensors_fit(const mn_model *model, const mn_layer *layer) {
  const uint32_t in_row = (uint32_t)layer->in_width * layer->in_channels;
  const uint32_t out_row = (uint32_t)layer->out_width * layer->out_channels;
  const uint32_t image = product((uint32_t)model->height * model->width, model->channels);
  return tensor_fits(model, layer->input, layer->in_rows, layer->in_height, in_row, image) &&
         tensor_fits(model, layer->output, layer->out_rows, layer->out_height, out_row, model->classes) &&
         (layer->kind != MN_ADD || tensor_fits(model, layer->other, layer->other_rows, layer->in_height, in_row, 0));
}

/* One output for each step of the window's centre; one in total for a pool. */
static int extent_fits(const mn_layer *layer, uint32_t in, uint32_t out) {
  if (layer->kind == MN_POOL) return out == 1;
  return (out - 1) * layer->stride < in && in <= out * layer->stride;
}

static int pool_fits(const mn_layer *layer) {
  return layer->in_rows == layer->in_height && (uint32_t)layer->in_height * layer->in_width <= kMostPixels;
}

static int shapes_fit(const mn_layer *layer) {
  return layer->kernel % 2 == 1 && (layer->kind < MN_ADD || layer->stride == 1) &&
         (layer->kind != MN_POOL || pool_fits(layer)) &&
         (layer->kind == MN_CONV || layer->out_channels == layer->in_channels) &&
         extent_fits(layer, layer->in_height, layer->out_height) &&
         extent_fits(layer, layer->in_width, layer->out_width);
}

/* The number of weights of the layer, including padding (mn_weight_index). */
static uint32_t weights_of(const mn_layer *layer) {
  const uint32_t window = (uint32_t)layer->kernel * layer->kernel;
  if (layer->kind == MN_DEPTHWISE) return product(window, layer->in_channels);
  if (layer->kind != MN_CONV) return 0;
  return product((product(window, layer->in_channels) + 3u) & ~3u, (layer->out_channels + 1u) & ~1u);
}

static int constants_fit(const mn_model *model, const mn_layer *layer) {
  const uint32_t channels = layer->kind == MN_CONV || layer->kind == MN_DEPTHWISE ? layer->out_channels : 0u;
  const uint32_t rescales = layer->kind == MN_ADD ? 3u : channels;
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  uint32_t i;
  if ((layer->bias | layer->multipliers | layer->weights) % 4 != 0 ||
      !inside(layer->bias, 4 * channels, model->bytes) || !inside(layer->multipliers, 4 * rescales, model->bytes) ||
      !inside(layer->shifts, rescales, model->bytes) || !inside(layer->weights, weights_of(layer), model->bytes)) {
    return 0;
  }
  for (i = 0; i < rescales; ++i) {
    if (shifts[i] > 31 || multipliers[i] < kLeastMultiplier) return 0;
  }
  return 1;
}

/* Requires constants_fit, so that nothing overflows here. */
static int scratch_fits(const mn_model *model, const mn_layer *layer) {
  int64_t bytes = 0;
  if (layer->kind == MN_CONV) bytes = mn_conv_scratch(layer->kernel, layer->in_channels, layer->out_channels);
  if (layer->kind == MN_DEPTHWISE) {
    if (layer->kernel > kLargestDepthwise) return 0;
    bytes = mn_depthwise_scratch(layer->kernel, layer->stride, layer->out_width);
  }
  return layer->scratch % 4 == 0 && layer->scratch + bytes <= (int64_t)model->arena_bytes;
}

/* The steps of a strip fit into 32 bits. */
static int rows_fit(const mn_layer *layer) { return layer->row_steps >= 1 && layer->row_steps <= INT16_MAX; }

static int layer_fits(const mn_model *model, const mn_layer *layer) {
  return shapes_fit(layer) && rows_fit(layer) && tensors_fit(model, layer) && constants_fit(model, layer) &&
         scratch_fits(model, layer);
}

mn_status mn_check_table(const mn_model *model) {
  const mn_layer *layers = mn_constants(model, sizeof *model);
  uint32_t in_strip = 0; /* remaining layers of the current strip */
  uint32_t i;
  if (model->arena_bytes > INT32_MAX) return MN_INVALID;
  if (model->layers < 1 || !inside(sizeof *model, model->layers * (uint32_t)sizeof *layers, model->bytes))
    return MN_INVALID;
  for (i = 0; i < model->layers; ++i) {
    mn_kernel *const kernel = layers[i].kind < MN_KINDS ? mn_kernels[layers[i].kind] : 0;
    if (kernel == 0) return MN_NO_KERNEL;
    if (in_strip == 0) in_strip = layers[i].strip;
    if (in_strip == 0 || !layer_fits(model, &layers[i])) return MN_INVALID;
    --in_strip;
  }
  return in_strip == 0 && layers[i - 1].output == MN_CALLER ? MN_OK : MN_INVALID;
}
