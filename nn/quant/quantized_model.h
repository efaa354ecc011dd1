// QuantizedModel: a network in integers, the result of quantisation-aware training and the input of mcu/host. The
// formulas are in mcu/runtime/mn_arithmetic.h. A model that passes `validate` cannot overflow an accumulator and can be
// exported.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nn/layers/quantized_layer.h"
#include "nn/spec/network_spec.h"

namespace mininas {

struct QuantizedModel {
  NetworkSpec spec;
  std::vector<std::string> class_names;
  Quantization input;                  // of the image: q = byte - 128
  std::vector<QuantizedLayer> layers;  // one per layer of the spec

  const Quantization& input_of(int layer, int k = 0) const;  // of input number k of a layer
  PlacedLayer placed(int layer) const;                       // refers to this model
};

// Throws ConfigError that names layer and channel. Checks sizes, ranges and zero points; that each multiplier and shift
// follows from the float32 scales; that no accumulator can overflow (sum of |weight| * 255 + |bias| < 2^31); that a
// layer that keeps the scale of its input has it; and the conditions of each operation
// (LayerOperation::check_integers).
void validate(const QuantizedModel& model);

void save_quantized_model(const QuantizedModel& model, const std::filesystem::path& path);
QuantizedModel load_quantized_model(const std::filesystem::path& path);  // validated

// The integer forward pass by its definition, for `count` images of raw bytes. layers[i]: count x shape of layer i,
// int8, NHWC, equal to the device's outputs byte for byte. Threads compute different images.
struct IntegerOutputs {
  std::vector<std::vector<int8_t>> layers;
};
IntegerOutputs integer_forward(const QuantizedModel& model, const uint8_t* images, int64_t count);

// Index of the first largest logit of each image, by the fast engine (integer_engine.h).
std::vector<int> integer_predict(const QuantizedModel& model, const uint8_t* images, int64_t count);

}  // namespace mininas
