// LayerChain: builds a NetworkSpec layer by layer. Each new layer reads the one before it; for branches, set `inputs`
// of the returned layer.
#pragma once
#include <string>
#include <utility>

#include "nn/spec/network_spec.h"

namespace mininas {

class LayerChain {
 public:
  LayerChain(const ImageShape& input, int classes) : input_(input), classes_(classes) {}

  // Adds a layer without norm, bias and ReLU. The caller sets its other attributes through the reference, which is
  // valid until the next call.
  LayerSpec& add(std::string name, LayerKind kind, int out_channels, int kernel = 1, int stride = 1) {
    LayerSpec layer;
    layer.name = std::move(name);
    layer.kind = kind;
    layer.inputs = {last()};
    layer.out_channels = out_channels;
    layer.kernel = kernel;
    layer.stride = stride;
    layers_.push_back(std::move(layer));
    return layers_.back();
  }

  // The same, with a batch norm.
  LayerSpec& add_normed(std::string name, LayerKind kind, int out_channels, int kernel = 1, int stride = 1) {
    LayerSpec& layer = add(std::move(name), kind, out_channels, kernel, stride);
    layer.batch_norm = true;
    return layer;
  }

  // Adds two layers of equal shape.
  LayerSpec& add_sum(std::string name, int a, int b) {
    LayerSpec& layer = add(std::move(name), LayerKind::kAdd, channels(a));
    layer.inputs = {a, b};
    return layer;
  }

  // A rectified copy of a layer's output, for a tensor that is also read unchanged.
  LayerSpec& add_relu(std::string name, int input) {
    LayerSpec& layer = add(std::move(name), LayerKind::kRelu, channels(input));
    layer.inputs = {input};
    return layer;
  }

  // Index of the newest layer; kImage before the first.
  int last() const { return static_cast<int>(layers_.size()) - 1; }
  LayerSpec& layer(int index) { return layers_[static_cast<size_t>(index)]; }
  // Channels of a layer's output; kImage: of the image.
  int channels(int index) const {
    return index == kImage ? input_.channels : layers_[static_cast<size_t>(index)].out_channels;
  }
  int channels() const { return channels(last()); }

  // Adds global average pooling and a linear layer with bias. Throws ConfigError if the network is not legal.
  NetworkSpec finish() && { return std::move(*this).finish(last()); }
  // The same after layer `output` instead of the newest one.
  NetworkSpec finish(int output) && {
    add("pool", LayerKind::kGlobalAveragePool, channels(output)).inputs = {output};
    add("classifier", LayerKind::kLinear, classes_).bias = true;
    return NetworkSpec(input_, classes_, std::move(layers_));
  }

 private:
  ImageShape input_;
  int classes_;
  std::vector<LayerSpec> layers_;
};

}  // namespace mininas
