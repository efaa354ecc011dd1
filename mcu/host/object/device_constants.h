// The constants of a layer in the form and order that the device's kernels read (mcu/runtime/mn_kernel.h, "Constants"):
// zero points are folded into the bias, and weights of two output channels are interleaved. Only this file defines the
// order; model_layout.h counts the constants, model_image.h and model_text.h write them.
#pragma once
#include <cstdint>
#include <vector>

#include "nn/quant/quantized_model.h"

namespace mininas {

struct DeviceConstants {
  std::vector<int32_t> bias, multipliers;
  std::vector<int8_t> weights;
  std::vector<uint8_t> shifts;
};

// Number of weights in the device's object, including padding. Requires has_weights; `in` is the shape of the input.
int64_t device_weight_count(const LayerSpec& layer, const ImageShape& in);

// Requires a model that passes validate().
DeviceConstants device_constants(const QuantizedModel& model, int layer);

}  // namespace mininas
