// A whole network in double, composed of the definitions in core/reference layer by layer, as its spec says. It uses no
// tapes, fused convolutions or bands, and its loss is a plain function of the parameters, so central differences are
// the true gradient.
#pragma once
#include <vector>

#include "core/reference/batch_norm.h"
#include "nn/train/network.h"

namespace mininas::test {

struct ReferencePass {
  std::vector<std::vector<double>> outputs;         // [layer]
  std::vector<reference::BatchNorm<double>> norms;  // [layer]; batch statistics after a pass in training
};

// All parameters in one vector, in the order of Network::parameters().
std::vector<double> parameters_of(Network& network);

// Uses `parameters` instead of those of `network`, and the running statistics and pixel scale of `network`.
ReferencePass reference_pass(const Network& network, const std::vector<double>& parameters, const ImageBatch& batch,
                             Phase phase);

}  // namespace mininas::test
