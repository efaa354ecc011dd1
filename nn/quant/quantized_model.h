// QuantizedModel: a network in integers, the value that quantisation-aware training hands to mcu/host. Formulas:
// mcu/runtime/mn_arithmetic.h. It validates itself: a model that passes `validate` cannot overflow an accumulator and
// can be exported.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas {

// real = scale * (q - zero_point)
struct Quantization {
  double scale = 1.0;
  int zero_point = 0;  // in [-128, 127]
};

// M = multiplier * 2^(-31 - right_shift), multiplier in [2^30, 2^31), right_shift in [0, 31].
struct FixedPoint {
  int32_t multiplier = 1 << 30;
  int right_shift = 0;
};

// M in fixed point: f * 2^shift with f in [0.5, 1), f * 2^31 rounded to nearest, halves away from zero.
// Nothing where M is not between 2^-32 and 1, or rounds to 1.
std::optional<FixedPoint> fixed_point_of(double value);
// The same; throws ConfigError with `where` ("layer stem, channel 3") where there is none.
FixedPoint to_fixed_point(double value, const std::string& where);

// The integers of one layer. Which vectors are filled depends on the kind:
//   kConv, kDepthwise, kLinear: weights, bias, rescale (one a channel)     kAdd: rescale = {input, other, output}
//   kGlobalAveragePool: nothing (input and output share scale and zero point)
struct QuantizedLayer {
  std::vector<int8_t> weights;  // as weight_shape(): OHWI or 1HWC
  std::vector<int32_t> bias;
  std::vector<FixedPoint> rescale;
  std::vector<double> weight_scales;  // one a channel; for people and for traces, not for arithmetic
  Quantization output;
  int low = -128, high = 127;  // clamp of the output; ReLU: low = zero point
};

struct QuantizedModel {
  NetworkSpec spec;
  std::vector<std::string> class_names;
  Quantization input;                  // q = byte - 128
  std::vector<QuantizedLayer> layers;  // as spec.layers

  const Quantization& input_of(int layer) const;  // quantisation of what layer `layer` reads
};

// Throws ConfigError that names layer and channel: sizes, ranges, zero points, shifts, the accumulator bound
// (sum of |weight| * 255 + |bias| < 2^31), shared quantisation around a pool.
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
