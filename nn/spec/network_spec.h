// NetworkSpec: a network as data, layer by layer in the order of execution, checked once, when it is made. Whoever holds
// one knows that every layer reads earlier layers of shapes that fit; it never changes afterwards. Everything that can
// be known before training follows from it: shapes, parameters, MACs, and (mcu/host) flash and RAM. It knows no weights;
// `Network` and `QuantizedModel` add them. It knows no device either: how tensors lie in RAM is mcu/host/plan.
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "nn/layers/layer_spec.h"

namespace mininas {

class NetworkSpec {
 public:
  // The last layer is kLinear with out_channels == classes. Throws ConfigError with a layer's name and the rule that it
  // breaks.
  NetworkSpec(const ImageShape& input, int classes, std::vector<LayerSpec> layers);

  const ImageShape& input() const { return input_; }  // the image
  int classes() const { return classes_; }
  int size() const { return static_cast<int>(layers_.size()); }
  const std::vector<LayerSpec>& layers() const { return layers_; }

  // Layers go by their index, 0 to size() - 1.
  const LayerSpec& layer(int index) const { return layers_[static_cast<size_t>(index)]; }
  // Of a layer's output; kImage: of the image.
  const ImageShape& shape(int index) const { return index == kImage ? input_ : shapes_[static_cast<size_t>(index)]; }
  // What a layer reads, in its order: layers, or kImage.
  const std::vector<int>& inputs(int index) const { return layer(index).inputs; }
  // The shape of its input number `k`.
  const ImageShape& input_shape(int index, int k = 0) const { return shape(inputs(index)[static_cast<size_t>(k)]); }
  // The layers that read a layer's output (or kImage), in their order, each once.
  const std::vector<int>& readers(int index) const { return readers_[static_cast<size_t>(index + 1)]; }
  // The last layer that reads a layer's output; the layer itself where none does.
  int last_reader(int index) const { return readers(index).empty() ? index : readers(index).back(); }

  bool operator==(const NetworkSpec&) const = default;

 private:
  ImageShape input_;
  int classes_;
  std::vector<LayerSpec> layers_;
  std::vector<ImageShape> shapes_;
  std::vector<std::vector<int>> readers_;  // the image's first
};

// Shape of a layer's weights: OHWI, of a depthwise layer 1HWC. Requires has_weights.
Shape weight_shape(const LayerSpec& layer, const ImageShape& in);

// Parameters as the publications count them: weights, biases, gamma and beta (running statistics are no parameters).
int64_t parameter_count(const NetworkSpec& spec, int layer);
int64_t parameter_count(const NetworkSpec& spec);
// Multiply-accumulates of one image; padded taps count.
int64_t mac_count(const NetworkSpec& spec, int layer);
int64_t mac_count(const NetworkSpec& spec);

}  // namespace mininas
