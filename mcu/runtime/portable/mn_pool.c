/* Global average pooling: one value per channel. Input and output have the same scale and zero point. Its single output
 * row needs the whole input. It processes four adjacent channels at a time, or one if the program should be small. */
#include "mn_arithmetic.h"
#include "mn_dsp.h"
#include "mn_kernel.h"

enum { kGroup = 4 }; /* channels */

static void add_up_four(const int8_t *value, int32_t pixels, int32_t channels, int32_t flip, int32_t sums[kGroup]) {
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (; pixels > 0; --pixels, value += channels) {
    s0 += value[0] ^ flip;
    s1 += value[1] ^ flip;
    s2 += value[2] ^ flip;
    s3 += value[3] ^ flip;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

static int32_t add_up(const int8_t *value, int32_t pixels, int32_t channels, int32_t flip) {
  int32_t sum = 0;
  for (; pixels > 0; --pixels, value += channels) sum += *value ^ flip;
  return sum;
}

void mn_pool(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t pixels = (int32_t)layer->in_height * layer->in_width, channels = layer->in_channels;
  const int32_t flip = mn_flip(layer);
  int32_t channel, sums[kGroup];
  (void)model;
  for (channel = 0; channel < channels; ++channel) {
    const int32_t place = channel % kGroup, in_group = !MN_SMALL && channel - place + kGroup <= channels;
    if (!in_group)
      sums[place] = add_up(work->input + channel, pixels, channels, flip);
    else if (place == 0)
      add_up_four(work->input + channel, pixels, channels, flip, sums);
    work->output[channel] = (int8_t)mn_clamp(mn_average(sums[place], pixels), layer->low, layer->high);
  }
}
