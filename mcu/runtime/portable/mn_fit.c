/* A tensor in another shape: rows, columns and channels at the end are cut off, or filled with the zero point, which
 * input and output share. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

/* A pixel of which the input has `existing` channels. */
static int8_t *fit_pixel(const mn_layer *layer, const int8_t *input, int32_t existing, int8_t *output) {
  int32_t channel;
  for (channel = 0; channel < layer->out_channels; ++channel)
    *output++ = (int8_t)mn_clamp(channel < existing ? input[channel] : layer->in_zero, layer->low, layer->high);
  return output;
}

void mn_fit(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  int32_t y, x;
  (void)model;
  for (y = work->first; y < work->last; ++y) {
    const int8_t *input = work->input + y % layer->in_rows * mn_in_row_bytes(layer);
    int8_t *output = work->output + y % layer->out_rows * mn_out_row_bytes(layer);
    for (x = 0; x < layer->out_width; ++x) {
      const int32_t channels = y < layer->in_height && x < layer->in_width ? layer->in_channels : 0;
      output = fit_pixel(layer, input + x * layer->in_channels, channels, output);
    }
  }
}

/* Any shape fits any other; but the image's bytes are no values yet. */
int mn_fit_fits(const mn_model *model, const mn_layer *layer) {
  (void)model;
  return layer->input != MN_CALLER;
}
