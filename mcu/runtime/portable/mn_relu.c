/* ReLU as a layer of its own: a clamp at the zero point, which input and output share. May run in place. */
#include "mn_arithmetic.h"
#include "mn_kernel.h"

void mn_relu(const mn_model *model, const mn_layer *layer, const mn_work *work) {
  const int32_t row = mn_out_row_bytes(layer);
  const int32_t flip = mn_flip(layer);
  int32_t y, i;
  (void)model;
  for (y = work->first; y < work->last; ++y) {
    const int8_t *input = work->input + y % layer->in_rows * row;
    int8_t *output = work->output + y % layer->out_rows * row;
    for (i = 0; i < row; ++i) output[i] = (int8_t)mn_clamp(input[i] ^ flip, layer->low, layer->high);
  }
}
