// From an architecture to the network it stands for, for any image shape and class count.
//
// A chain is the family of the paper:
//   stem            3x3 convolution to 2C channels, batch norm (no ReLU of its own in the published order)
//   layer i of L    ReLU, then depthwise + pointwise convolution (`s`) or a standard one (`c`), then batch norm. Width
//                   C in the first third, 2C in the second, 4C in the last; the layers at floor(L/3) and floor(2L/3)
//                   have stride 2
//   head            global average pool on the last batch norm (no ReLU), linear with bias
// A LayerSpec is "convolution, batch norm, ReLU", so each ReLU is booked with the layer before it; the network is the
// same.
#pragma once
#include <array>
#include <string>

#include "nn/spec/network_spec.h"
#include "search/space/architecture.h"

namespace mininas {

// Throws ConfigError where the architecture, the image or the class count cannot be.
NetworkSpec build_network_spec(const Architecture& architecture, const ImageShape& input, int classes);
// The same from an architecture's text.
NetworkSpec build_network_spec(const std::string& text, const ImageShape& input, int classes);

// A graph's layers come in its order and are named by its nodes: "a"; "a.depthwise" and "a.pointwise" of a separable
// convolution; "a.1" and "a" of a sum of three; "a.relu".
NetworkSpec build_network_spec(const Graph& graph, const ImageShape& input, int classes);

// A chain's layers are named "stem", "layer0.depthwise", "layer0.pointwise", "layer1.conv", "pool", "classifier".
NetworkSpec build_network_spec(const Chain& chain, const ImageShape& input, int classes);
// How many of `depth` searched layers are in the first, the second and the last third.
std::array<int, 3> stage_depths(int depth);

}  // namespace mininas
