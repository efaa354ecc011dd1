// QuantizedModel: a network in integers, the value that quantisation-aware training hands to mcu/host. Formulas:
// mcu/runtime/mn_arithmetic.h. It validates itself: a model that passes `validate` cannot overflow an accumulator and
// can be exported.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nn/quant/fixed_point.h"
#include "nn/spec/network_spec.h"

namespace mininas {

// real = scale * (q - zero_point). Scales are float32, as file formats store them (fixed_point.h).
struct Quantization {
  float scale = 1.0f;
  int zero_point = 0;  // in [-128, 127]
};

// The integers of one layer. Which vectors are filled depends on the kind:
//   kConv, kDepthwise, kLinear: weights, bias, rescale (one a channel)     kAdd: rescale = {input, other, output}
//   kGlobalAveragePool, kRelu: nothing (input and output share scale and zero point)
struct QuantizedLayer {
  std::vector<int8_t> weights;  // as weight_shape(): OHWI or 1HWC
  std::vector<int32_t> bias;
  std::vector<FixedPoint> rescale;
  std::vector<float> weight_scales;  // one a channel; `rescale` follows from them and the activations' scales
  Quantization output;
  int low = -128, high = 127;  // clamp of the output; ReLU: low = zero point
};

// Whether a layer of this kind puts out values of its input's scale and zero point.
bool shares_quantization(LayerKind kind);

struct QuantizedModel {
  NetworkSpec spec;
  std::vector<std::string> class_names;
  Quantization input;                  // q = byte - 128
  std::vector<QuantizedLayer> layers;  // as spec.layers()

  const Quantization& input_of(int layer, int k = 0) const;  // of what layer `layer` reads as its input number k
};

// Throws ConfigError that names layer and channel: sizes, ranges, zero points; that each multiplier and shift is what
// the float32 scales give; the accumulator bound (sum of |weight| * 255 + |bias| < 2^31); shared quantisation around a
// pool.
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
