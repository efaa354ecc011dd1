/* Global average pooling on cores with vector instructions (MVE): sums of sixteen adjacent channels at a time. An image
 * is left to mn_pool.c. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"
#include "mn_mve.h"

#if MN_MVE

enum { kChannels = 16, kMostPixels = 256 }; /* whose sums fit into 16 bits */

/* The outputs of `count` channels, whose values in the first pixel begin at `from`. */
static void pool_channels(const mn_layer *layer, const int8_t *from, int32_t count, int8_t *output) {
  const int32_t pixels = (int32_t)layer->in_height * layer->in_width, step = layer->in_channels;
  int32_t sums[kChannels], more[kChannels], left, i;
  mn_sum_channels(from, step, pixels < kMostPixels ? pixels : kMostPixels, count, sums);
  for (left = pixels - kMostPixels; left > 0; left -= kMostPixels) {
    from += kMostPixels * step;
    mn_sum_channels(from, step, left < kMostPixels ? left : kMostPixels, count, more);
    for (i = 0; i < count; ++i) sums[i] += more[i];
  }
  for (i = 0; i < count; ++i) output[i] = (int8_t)mn_clamp(mn_average(sums[i], pixels), layer->low, layer->high);
}

void mn_pool_mve(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  int32_t channel;
  if (layer->input == MN_CALLER) {
    mn_pool(model, layer, work);
    return;
  }
  for (channel = 0; channel < layer->in_channels; channel += kChannels) {
    const int32_t left = layer->in_channels - channel;
    pool_channels(layer, work->input + channel, left < kChannels ? left : kChannels, work->output + channel);
  }
}

#endif
