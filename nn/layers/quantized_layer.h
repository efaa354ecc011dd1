// The integers of one layer of a quantised network, and the layer in its place: with the shapes and scales around it.
// What is computed with them is each operation's own (operation.h).
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "nn/layers/fixed_point.h"
#include "nn/layers/layer_spec.h"

namespace mininas {

// real = scale * (q - zero_point). Scales are float32, as file formats store them (fixed_point.h).
struct Quantization {
  float scale = 1.0f;
  int zero_point = 0;  // in [-128, 127]

  bool operator==(const Quantization&) const = default;
};

// Which vectors are filled depends on the operation: with weights weights, bias, and one factor a channel; without
// weights as many factors as LayerOperation::rescales has, most often none.
struct QuantizedLayer {
  std::vector<int8_t> weights;  // as LayerOperation::weight_shape
  std::vector<int32_t> bias;
  std::vector<FixedPoint> rescale;
  std::vector<float> weight_scales;  // one a channel; `rescale` follows from them and the activations' scales
  Quantization output;
  int low = -128, high = 127;  // clamp of the output; ReLU: low = zero point
};

// Refers to its spec and its integers, which must outlive it.
struct PlacedLayer {
  const LayerSpec& spec;
  const QuantizedLayer& integers;
  std::vector<ImageShape> in;       // of its inputs
  std::vector<Quantization> input;  // of its inputs
  ImageShape out;
};

}  // namespace mininas
