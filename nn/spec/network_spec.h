// NetworkSpec: a network as data, as a list of layers in the order of execution. It is checked once, in the
// constructor, and never changes: every layer reads earlier layers whose shapes fit. Everything that is known before
// training follows from it: shapes, parameters, MACs, and (in mcu/host) flash and RAM. It contains no weights;
// `Network` and `QuantizedModel` add them. It does not depend on a device: mcu/host/plan decides where tensors lie in
// RAM.
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "nn/layers/layer_spec.h"

namespace mininas {

class NetworkSpec {
 public:
  // The last layer must be kLinear with out_channels == classes. Throws ConfigError with the layer's name and the rule
  // that it breaks.
  NetworkSpec(const ImageShape& input, int classes, std::vector<LayerSpec> layers);

  const ImageShape& input() const { return input_; }
  int classes() const { return classes_; }
  int size() const { return static_cast<int>(layers_.size()); }
  const std::vector<LayerSpec>& layers() const { return layers_; }

  // Layers are numbered 0 to size() - 1.
  const LayerSpec& layer(int index) const { return layers_[static_cast<size_t>(index)]; }
  // Shape of a layer's output; kImage: of the image.
  const ImageShape& shape(int index) const { return index == kImage ? input_ : shapes_[static_cast<size_t>(index)]; }
  // The inputs of a layer, in its order: layers, or kImage.
  const std::vector<int>& inputs(int index) const { return layer(index).inputs; }
  // Shape of its input number `k`.
  const ImageShape& input_shape(int index, int k = 0) const { return shape(inputs(index)[static_cast<size_t>(k)]); }
  // The layers that read the output of a layer (or kImage), in ascending order, each once.
  const std::vector<int>& readers(int index) const { return readers_[static_cast<size_t>(index + 1)]; }
  // The last layer that reads the output of a layer; the layer itself if no layer reads it.
  int last_reader(int index) const { return readers(index).empty() ? index : readers(index).back(); }

  bool operator==(const NetworkSpec&) const = default;

 private:
  ImageShape input_;
  int classes_;
  std::vector<LayerSpec> layers_;
  std::vector<ImageShape> shapes_;
  std::vector<std::vector<int>> readers_;  // element 0 is for the image
};

// Shape of a layer's weights: OHWI, or 1HWC for a depthwise layer. Requires has_weights.
Shape weight_shape(const LayerSpec& layer, const ImageShape& in);

// Parameters as in the publications: weights, biases, gamma and beta, without running statistics.
int64_t parameter_count(const NetworkSpec& spec, int layer);
int64_t parameter_count(const NetworkSpec& spec);
// Multiply-accumulate operations for one image, including those on padding.
int64_t mac_count(const NetworkSpec& spec, int layer);
int64_t mac_count(const NetworkSpec& spec);

}  // namespace mininas
