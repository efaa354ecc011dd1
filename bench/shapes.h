// The shapes that benchmarks run: the real layers of networks of the paper's family, at the batch that the published runs used.
#pragma once
#include <string>
#include <vector>

#include "core/convolution.h"
#include "nn/network_spec.h"
#include "search/build.h"

namespace mininas::bench {

constexpr int64_t kBatch = 64;
constexpr ImageShape kImageShape{32, 32, 3};
constexpr int kClasses = 10;

// A small, a middle and a large network: 16, 32 and 72 channels at full resolution.
inline const std::vector<std::string>& default_architectures() {
  static const std::vector<std::string> names{"w16:s3*5", "w32:s3*8", "w72:s3*10"};
  return names;
}

// One convolution of a network.
struct ConvLayer {
  std::string name;
  LayerKind kind;
  ConvGeometry geometry;
  bool reads_image;  // nobody asks for the gradient of its input

  double multiply_adds() const {
    const ConvGeometry& g = geometry;
    const int64_t inputs = kind == LayerKind::kDepthwise ? 1 : g.in_c;
    return static_cast<double>(g.output().size() * g.kernel * g.kernel * inputs);
  }
};

inline std::vector<ConvLayer> conv_layers_of(const std::string& architecture) {
  const NetworkSpec spec = build_network_spec(parse_architecture(architecture), kImageShape, kClasses);
  const auto shapes = layer_shapes(spec);
  std::vector<ConvLayer> layers;
  for (size_t i = 0; i < spec.layers.size(); ++i) {
    const LayerSpec& layer = spec.layers[i];
    if (layer.kind != LayerKind::kConv && layer.kind != LayerKind::kDepthwise) continue;
    const ImageShape in = input_shape(spec, shapes, static_cast<int>(i));
    layers.push_back({.name = layer.name, .kind = layer.kind,
                      .geometry = {.batch = kBatch, .in_h = in.height, .in_w = in.width, .in_c = in.channels, .out_c = layer.out_channels,
                                   .kernel = layer.kernel, .stride = layer.stride},
                      .reads_image = layer.input == kImage});
  }
  return layers;
}

}  // namespace mininas::bench
