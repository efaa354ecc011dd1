// Inheritance between chains: the network of a chain starts with the weights of the chain that it was changed from.
//
//   change                              the network computes
//   a larger kernel                     the same: the kernel is padded with zeros
//   a standard convolution              the same: depthwise and pointwise are composed and scaled to the length of
//                                       freshly initialised weights
//   more channels                       the same: no layer reads the new channels at first
//   more layers                         the same: identities are inserted at the ends of the stages that grew, but
//                                       before the last layer of the network (a second ReLU changes nothing)
//   ... if the last stage had one       nearly the same: the last layer has no ReLU after it, and now gets one. Its
//                                       output is raised by a shift that the identity subtracts again; values more
//                                       than kShiftDeviations below their mean are lost
//   fewer channels, a smaller kernel    nearly the same: channels of small gamma, or borders, are removed
//   a separable convolution instead     something else: that convolution starts with random weights
//   of a standard one
// (For small images, and with batch statistics as in training, "the same" holds only nearly.)
#pragma once
#include "nn/train/network.h"
#include "search/space/chain.h"

namespace mininas {

constexpr float kShiftDeviations = 4.0f;

// Whether each stage of the child has at least as many layers as the parent's. Otherwise it cannot inherit.
bool can_inherit(const Chain& child, const Chain& parent);

// For each layer of the child, the layer of the parent that it inherits from; -1 for an inserted identity. Requires
// can_inherit.
std::vector<int> inherited_layers(const Chain& child, const Chain& parent);

// Overwrites weights of `child`, freshly initialised for `chain`, with those that it inherits from `parent` of
// `parent_chain`. New weights keep their initial values. `images` are some training images, on which the norms of
// inserted layers are measured. Requires can_inherit, and that build_network_spec built both for the same image shape.
void inherit_weights(Network& child, const Chain& chain, const Network& parent, const Chain& parent_chain,
                     const ImageSet& images);

}  // namespace mininas
