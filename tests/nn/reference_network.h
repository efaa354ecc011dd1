// A whole network in double, composed of the definitions in core/reference layer by layer as its spec reads. It knows
// nothing of tapes, units or bands, and its loss is a plain function of the parameters, whose central differences are
// the true gradient.
#pragma once
#include <vector>

#include "core/reference/batch_norm.h"
#include "nn/train/network.h"

namespace mininas::test {

struct ReferencePass {
  std::vector<std::vector<double>> outputs;         // of every layer
  std::vector<reference::BatchNorm<double>> norms;  // of every layer; batch statistics after a pass in training
};

// All parameters one after another, in the order of Network::parameters().
std::vector<double> parameters_of(Network& network);

// `parameters`: taken instead of those of `network`, whose running statistics and pixel scale serve.
ReferencePass reference_pass(const Network& network, const std::vector<double>& parameters, const ImageBatch& batch,
                             Phase phase);

}  // namespace mininas::test
