// Constants of a layer in the form and order in which the device's kernels eat them (mcu/runtime/mn_kernel.h,
// "Constants"): zero points folded into the bias, weights of two output channels beside each other. model_layout.h
// counts them, model_image.h and model_text.h write them: one place for the order.
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

// How many weights the device's object holds for a layer that has_weights and reads `in`, padding included.
int64_t device_weight_count(const LayerSpec& layer, const ImageShape& in);

// Requires a model that passes validate().
DeviceConstants device_constants(const QuantizedModel& model, int layer);

// Whether what the fast kernels rely on holds for a layer with weights (the kinds in mcu/runtime/mn_model.h): trained
// networks, in all likelihood, in every layer.
bool fits_fast_kernel(const QuantizedModel& model, int layer);

// What to expect of it before there are weights: trained ones spread like a bell, with a channel's largest at 127, and
// so many of them are too many for the sums of a standard convolution.
bool expects_fast_kernel(const NetworkSpec& spec, int layer);

}  // namespace mininas
