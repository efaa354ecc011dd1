// Builds the network of an architecture, for any image shape and number of classes.
//
// A chain is the paper's family:
//   stem            3x3 convolution to 2C channels, batch norm (in the published order without a ReLU of its own)
//   layer i of L    ReLU, then depthwise + pointwise convolution (`s`) or a standard one (`c`), then batch norm. Width
//                   C in the first third, 2C in the second, 4C in the last; the layers at floor(L/3) and floor(2L/3)
//                   have stride 2
//   head            global average pooling of the last batch norm's output (no ReLU), linear with bias
// A LayerSpec is "convolution, batch norm, ReLU", so each ReLU is counted with the layer before it; the network is the
// same.
#pragma once
#include <array>
#include <string>

#include "nn/spec/network_spec.h"
#include "search/space/architecture.h"

namespace mininas {

// Throws ConfigError if the architecture is not legal for this image shape and number of classes.
NetworkSpec build_network_spec(const Architecture& architecture, const ImageShape& input, int classes);
// The same from the text of an architecture.
NetworkSpec build_network_spec(const std::string& text, const ImageShape& input, int classes);

// The layers of a graph are in the order of its nodes and are named after them: "a"; "a.depthwise" and "a.pointwise"
// for a separable convolution; "a.1" and "a" for a sum of three; "a.relu".
NetworkSpec build_network_spec(const Graph& graph, const ImageShape& input, int classes);

// The layers of a chain are named "stem", "layer0.depthwise", "layer0.pointwise", "layer1.conv", "pool", "classifier".
NetworkSpec build_network_spec(const Chain& chain, const ImageShape& input, int classes);
// How many of `depth` searched layers are in the first, the second and the last third.
std::array<int, 3> stage_depths(int depth);

}  // namespace mininas
