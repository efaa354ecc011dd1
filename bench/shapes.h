// What benchmarks run: real networks and their layers, at the batch that the published runs used.
#pragma once
#include <string>
#include <vector>

#include "core/conv/convolution.h"
#include "nn/layers/window.h"
#include "nn/spec/network_spec.h"
#include "search/space/build.h"

namespace mininas::bench {

constexpr int64_t kBatch = 64;
constexpr ImageShape kImageShape{32, 32, 3};
constexpr int kClasses = 10;

// Separable ones with 16, 32 and 72 channels at full resolution, wide windows, standard convolutions, and one with
// sums.
inline const std::vector<std::string>& default_architectures() {
  static const std::vector<std::string> names{"w16:s3*5", "w32:s3*8", "w72:s3*10",
                                              "w64:s5*8", "w32:c3*8", "mobilenetv2"};
  return names;
}

// Floating-point operations of a training step for one image: a multiply and an add for each MAC of the forward pass,
// of the weight gradient and, but for layers that read the image, of the input gradient. Norms, sums and the update are
// not counted; convolutions are counted as direct ones, also where they are done in Winograd's form.
inline double training_operations_of(const NetworkSpec& spec) {
  double macs = 0.0;
  for (int i = 0; i < spec.size(); ++i)
    macs += (spec.layer(i).input() == kImage ? 2.0 : 3.0) * static_cast<double>(mac_count(spec, i));
  return 2.0 * macs;
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
  const NetworkSpec spec = build_network_spec(architecture, kImageShape, kClasses);
  std::vector<ConvLayer> layers;
  for (int i = 0; i < spec.size(); ++i) {
    const LayerSpec& layer = spec.layer(i);
    if (layer.kind != LayerKind::kConv && layer.kind != LayerKind::kDepthwise) continue;
    layers.push_back({.name = layer.name,
                      .kind = layer.kind,
                      .geometry = geometry_of(layer, spec.input_shape(i), kBatch),
                      .reads_image = layer.input() == kImage});
  }
  return layers;
}

}  // namespace mininas::bench
