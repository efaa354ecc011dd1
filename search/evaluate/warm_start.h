// Warm starts: the network of one architecture starts with the weights of another that it was changed from. Both must
// have the same form: chains inherit by search/evaluate/inherit_chain.h, graphs by search/evaluate/inherit_by_name.h.
#pragma once
#include "nn/train/network.h"
#include "search/space/architecture.h"

namespace mininas {

// Whether a network of `child` can start with the weights of a network of `parent`.
bool can_inherit(const Architecture& child, const Architecture& parent);

// Overwrites weights of `child`, freshly initialised for `architecture`, with those that it inherits from `parent` of
// `parent_architecture`. New weights keep their initial values. `images` are some training images, on which the norms
// of inserted layers are measured. Requires can_inherit, and that build_network_spec built both for the same image
// shape.
void inherit_weights(Network& child, const Architecture& architecture, const Network& parent,
                     const Architecture& parent_architecture, const ImageSet& images);

}  // namespace mininas
