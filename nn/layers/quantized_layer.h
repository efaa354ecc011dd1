// QuantizedLayer: the integers of one layer of a quantised network. PlacedLayer: the same layer together with its spec
// and the shapes and scales of its inputs. How they are computed with depends on the operation: operation.h.
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

// Layers with weights have weights, a bias and one rescale factor per channel. Layers without weights have as many
// factors as LayerOperation::rescales returns, usually none; their other vectors are empty.
struct QuantizedLayer {
  std::vector<int8_t> weights;  // in the order of LayerOperation::weight_shape
  std::vector<int32_t> bias;
  std::vector<FixedPoint> rescale;
  std::vector<float> weight_scales;  // one per channel; `rescale` follows from them and the scales of the activations
  Quantization output;
  int low = -128, high = 127;  // clamp of the output; with ReLU, low = zero point
};

// Refers to the layer's spec and integers, which must outlive it.
struct PlacedLayer {
  const LayerSpec& spec;
  const QuantizedLayer& integers;
  std::vector<ImageShape> in;       // shapes of the inputs
  std::vector<Quantization> input;  // scales of the inputs
  ImageShape out;
};

}  // namespace mininas
