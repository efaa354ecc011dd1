// LayerChain: writes a NetworkSpec layer by layer. Each new layer reads the one before it; branches set `input`
// themselves.
#pragma once
#include <string>
#include <utility>

#include "nn/spec/network_spec.h"

namespace mininas {

class LayerChain {
 public:
  LayerChain(const ImageShape& input, int classes) {
    spec_.input = input;
    spec_.classes = classes;
  }

  // A bare layer; the caller completes it through the reference, which the next call ends.
  LayerSpec& add(std::string name, LayerKind kind, int out_channels, int kernel = 1, int stride = 1) {
    LayerSpec layer;
    layer.name = std::move(name);
    layer.kind = kind;
    layer.input = last();
    layer.out_channels = out_channels;
    layer.kernel = kernel;
    layer.stride = stride;
    spec_.layers.push_back(std::move(layer));
    return spec_.layers.back();
  }

  // The same with a batch norm behind it.
  LayerSpec& add_normed(std::string name, LayerKind kind, int out_channels, int kernel = 1, int stride = 1) {
    LayerSpec& layer = add(std::move(name), kind, out_channels, kernel, stride);
    layer.batch_norm = true;
    return layer;
  }

  // The sum of two layers of equal shape.
  LayerSpec& add_sum(std::string name, int a, int b) {
    LayerSpec& layer = add(std::move(name), LayerKind::kAdd, spec_.layers[static_cast<size_t>(a)].out_channels);
    layer.input = a;
    layer.other = b;
    return layer;
  }

  // Index of the newest layer; kImage before the first.
  int last() const { return static_cast<int>(spec_.layers.size()) - 1; }
  int channels() const { return spec_.layers.empty() ? spec_.input.channels : spec_.layers.back().out_channels; }

  // Global average pool and the linear layer with bias behind it; proves the spec (ConfigError).
  NetworkSpec finish() && {
    add("pool", LayerKind::kGlobalAveragePool, channels());
    add("classifier", LayerKind::kLinear, spec_.classes).bias = true;
    layer_shapes(spec_);
    return std::move(spec_);
  }

 private:
  NetworkSpec spec_;
};

}  // namespace mininas
