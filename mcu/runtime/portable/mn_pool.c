/* Global average pool: one value a channel. Input and output share scale and zero point. Its one row needs all of the
 * input. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

void mn_pool(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t pixels = (int32_t)layer->in_height * layer->in_width;
  const int32_t flip = mn_flip(layer);
  int32_t channel, pixel;
  (void)model;
  for (channel = 0; channel < layer->in_channels; ++channel) {
    const int8_t *value = work->input + channel;
    int32_t sum = 0;
    for (pixel = 0; pixel < pixels; ++pixel) {
      sum += *value ^ flip;
      value += layer->in_channels;
    }
    work->output[channel] = (int8_t)mn_clamp(mn_average(sum, pixels), layer->low, layer->high);
  }
}
