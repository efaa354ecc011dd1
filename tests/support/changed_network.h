// Makes a network like another one with changed layers, since a NetworkSpec never changes.
#pragma once
#include <utility>
#include <vector>

#include "nn/spec/network_spec.h"

namespace mininas::test {

// Calls change(layers) with the layers of `spec`. Throws ConfigError if the result is not a legal network.
template <class Change>
NetworkSpec with_layers(const NetworkSpec& spec, const Change& change) {
  std::vector<LayerSpec> layers = spec.layers();
  change(layers);
  return NetworkSpec(spec.input(), spec.classes(), std::move(layers));
}

// Each batch norm is replaced by a bias, as folding does.
inline NetworkSpec without_norms(const NetworkSpec& spec) {
  return with_layers(spec, [](std::vector<LayerSpec>& layers) {
    for (LayerSpec& layer : layers) {
      layer.batch_norm = false;
      layer.bias = has_weights(layer.kind);
    }
  });
}

}  // namespace mininas::test
