// Inheritance along a chain: a chain's network begins with the weights of the chain that it was changed from.
//
//   change                              the network computes
//   a larger kernel                     the same: padded with zeros
//   a standard convolution              the same: depthwise and pointwise composed, as long as weights that are drawn
//   more channels                       the same: nobody reads the new ones at first
//   more layers                         the same: identities, at the end of the stages where they are new, but before
//                                       the last layer of all (behind a ReLU another ReLU changes nothing)
//   ... where the last stage had one    nearly: the last layer has no ReLU behind it, and gets one; what it puts out is
//                                       raised by a shift that the identity takes off; values more than
//                                       kShiftDeviations below their mean are lost
//   fewer channels, a smaller kernel    nearly: those of small gamma go, borders go
//   a separable convolution in place    not the same: that layer's convolution begins at random
//   of a standard one
// (For small images and with batch statistics, as in training, "the same" holds only nearly.)
#pragma once
#include "nn/train/network.h"
#include "search/space/chain.h"

namespace mininas {

constexpr float kShiftDeviations = 4.0f;

// Whether the child's stages have at least as many layers as the parent's; otherwise it cannot inherit.
bool can_inherit(const Chain& child, const Chain& parent);

// The layer of the parent that each layer of the child continues; -1: an identity, inserted. Requires can_inherit.
std::vector<int> inherited_layers(const Chain& child, const Chain& parent);

// Overwrites `child`, freshly drawn for `chain`, with what it inherits from `parent` of `parent_chain`; what is new keeps
// its fresh values. `images`: some training images, on which the norms of inserted layers are measured. Requires
// can_inherit; both built by build_network_spec for the same images.
void inherit_weights(Network& child, const Chain& chain, const Network& parent, const Chain& parent_chain,
                     const ImageSet& images);

}  // namespace mininas
