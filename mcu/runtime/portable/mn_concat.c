/* Concatenation of two tensors of the same pixels: the channels of the first, then those of the second. Each is brought
 * from its own scale to the output's. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

/* From the values of an input to bytes of the output. */
typedef struct {
  int32_t zero, multiplier, shift;
} scale_change;

static int8_t *rescale(const mn_layer *layer, const scale_change *change, const int8_t *input, int32_t count,
                       int8_t *output) {
  int32_t i;
  for (i = 0; i < count; ++i) {
    output[i] = mn_requantize(input[i] - change->zero, change->multiplier, (int)change->shift, layer->out_zero,
                              layer->low, layer->high);
  }
  return output + count;
}

void mn_concat(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  const scale_change first = {layer->in_zero, multipliers[0], shifts[0]},
                     second = {layer->other_zero, multipliers[1], shifts[1]};
  const int32_t channels = layer->in_channels, others = layer->out_channels - channels;
  int32_t y, x;
  for (y = work->first; y < work->last; ++y) {
    const int8_t *input = work->input + y % layer->in_rows * mn_in_row_bytes(layer);
    const int8_t *other = work->other + y % layer->other_rows * (layer->in_width * others);
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    for (x = 0; x < layer->in_width; ++x) {
      output = rescale(layer, &first, input + x * channels, channels, output);
      output = rescale(layer, &second, other + x * others, others, output);
    }
  }
}

/* Both factors lie in the model, which is longer than they are. */
static int factors_fit(const mn_model *model, const mn_layer *layer) {
  const int32_t *multipliers = mn_constants(model, layer->multipliers);
  const uint8_t *shifts = mn_constants(model, layer->shifts);
  return layer->multipliers % 4 == 0 && layer->multipliers <= model->bytes - 8u && layer->shifts <= model->bytes - 2u &&
         multipliers[0] >= 1 << 30 && multipliers[1] >= 1 << 30 && shifts[0] <= 31 && shifts[1] <= 31;
}

/* The second input lies in the arena. */
static int other_fits(const mn_model *model, const mn_layer *layer) {
  const uint32_t row = (uint32_t)layer->in_width * ((uint32_t)layer->out_channels - layer->in_channels);
  return layer->other % 4 == 0 && layer->other_rows >= 1 && layer->other_rows <= layer->in_height &&
         layer->other + (uint64_t)layer->other_rows * row <= model->arena_bytes;
}

int mn_concat_fits(const mn_model *model, const mn_layer *layer) {
  return layer->out_channels > layer->in_channels && layer->out_height == layer->in_height &&
         layer->out_width == layer->in_width && other_fits(model, layer) && factors_fit(model, layer);
}
