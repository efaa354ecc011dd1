// LayerChain: writes a NetworkSpec layer by layer. Each new layer reads the one before it; branches set `inputs`
// themselves.
#pragma once
#include <string>
#include <utility>

#include "nn/spec/network_spec.h"

namespace mininas {

class LayerChain {
 public:
  LayerChain(const ImageShape& input, int classes) : input_(input), classes_(classes) {}

  // A bare layer; the caller completes it through the reference, which the next call ends.
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

  // The same with a batch norm behind it.
  LayerSpec& add_normed(std::string name, LayerKind kind, int out_channels, int kernel = 1, int stride = 1) {
    LayerSpec& layer = add(std::move(name), kind, out_channels, kernel, stride);
    layer.batch_norm = true;
    return layer;
  }

  // The sum of two layers of equal shape.
  LayerSpec& add_sum(std::string name, int a, int b) {
    LayerSpec& layer = add(std::move(name), LayerKind::kAdd, channels(a));
    layer.inputs = {a, b};
    return layer;
  }

  // What a layer puts out, rectified, beside what it puts out.
  LayerSpec& add_relu(std::string name, int input) {
    LayerSpec& layer = add(std::move(name), LayerKind::kRelu, channels(input));
    layer.inputs = {input};
    return layer;
  }

  // Index of the newest layer; kImage before the first.
  int last() const { return static_cast<int>(layers_.size()) - 1; }
  LayerSpec& layer(int index) { return layers_[static_cast<size_t>(index)]; }
  // That a layer puts out; of the image for kImage.
  int channels(int index) const {
    return index == kImage ? input_.channels : layers_[static_cast<size_t>(index)].out_channels;
  }
  int channels() const { return channels(last()); }

  // Global average pool and the linear layer with bias behind it; throws ConfigError where the network cannot be.
  NetworkSpec finish() && { return std::move(*this).finish(last()); }
  // The same behind another layer than the newest.
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
