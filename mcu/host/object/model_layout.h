// The layout of a model's constant object (mcu/runtime/mn_model.h): the offsets of every layer's constants, from the
// NetworkSpec alone. sizes.h uses it to predict the size and model_image.h to fill the object, so both always agree.
#pragma once
#include <cstdint>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

// The constants of one layer, in this order, as offsets in bytes from the start of the object. Counts are 0 for
// constants that the kind does not have.
struct LayerLayout {
  uint32_t bias = 0, multipliers = 0, weights = 0, shifts = 0;  // int32, int32, int8, uint8
  int64_t bias_count = 0, rescale_count = 0, weight_count = 0;
  int64_t padding = 0;  // zero bytes at the end, up to a multiple of 4
  int64_t bytes = 0;    // total size
};

struct ModelLayout {
  std::vector<LayerLayout> layers;
  int64_t bytes = 0;  // header, layer table and constants
};

// Throws ConfigError with the layer's name if an extent does not fit the device's layer table.
ModelLayout lay_out_model(const NetworkSpec& spec);

}  // namespace mininas
