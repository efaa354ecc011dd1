// From an architecture to the network it stands for: the family of the paper, for any image shape and class count.
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

// How many of `depth` searched layers are in the first, the second and the last third.
std::array<int, 3> stage_depths(int depth);

// Layers are named "stem", "layer0.depthwise", "layer0.pointwise", "layer1.conv", "pool", "classifier".
// Throws ConfigError where the architecture or the class count cannot be.
NetworkSpec build_network_spec(const Architecture& architecture, const ImageShape& input, int classes);

// The same for the text of a network as the command line takes it: an architecture, or the name of a published network
// (nn/spec/named_networks.h).
NetworkSpec build_network_spec(const std::string& text, const ImageShape& input, int classes);
// Its canonical form, which records keep. Throws ConfigError where the text is neither.
std::string network_text(const std::string& text);

}  // namespace mininas
