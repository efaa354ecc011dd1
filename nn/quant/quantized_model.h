// QuantizedModel: a network in integers, the value that quantisation-aware training hands to mcu/host. Formulas:
// mcu/runtime/mn_arithmetic.h. It validates itself: a model that passes `validate` cannot overflow an accumulator and
// can be exported.
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
  Quantization input;                  // q = byte - 128
  std::vector<QuantizedLayer> layers;  // as spec.layers()

  const Quantization& input_of(int layer, int k = 0) const;  // of what layer `layer` reads as its input number k
  PlacedLayer placed(int layer) const;                       // refers to this model
};

// Throws ConfigError that names layer and channel: sizes, ranges, zero points; that each multiplier and shift is what
// the float32 scales give; the accumulator bound (sum of |weight| * 255 + |bias| < 2^31); the scale of a layer that
// keeps its input's; and what each operation asks for (LayerOperation::check_integers).
void validate(const QuantizedModel& model);

void save_quantized_model(const QuantizedModel& model, const std::filesystem::path& path);
QuantizedModel load_quantized_model(const std::filesystem::path& path);  // validated

// The engine's own integer forward pass, for `count` images of raw bytes.
//   outputs[layer]: count x layer shape, int8, NHWC. Byte for byte what the device computes. Threads: by image.
struct IntegerOutputs {
  std::vector<std::vector<int8_t>> layers;
};
IntegerOutputs integer_forward(const QuantizedModel& model, const uint8_t* images, int64_t count);

// Index of the first largest logit of each image, by the fast engine (integer_engine.h).
std::vector<int> integer_predict(const QuantizedModel& model, const uint8_t* images, int64_t count);

}  // namespace mininas
