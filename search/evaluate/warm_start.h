// Warm starts: a network of one architecture begins with the weights of another, which it was changed from. How depends
// on the form of both: chains by search/evaluate/inherit_chain.h, graphs by
// search/evaluate/inherit_by_name.h. One form cannot inherit from another.
#pragma once
#include "nn/train/network.h"
#include "search/space/architecture.h"

namespace mininas {

// Whether a network of `child` can begin with the weights of one of `parent`.
bool can_inherit(const Architecture& child, const Architecture& parent);

// Overwrites `child`, freshly drawn for `architecture`, with what it inherits from `parent` of `parent_architecture`;
// what is new keeps its fresh values. `images`: some training images, on which the norms of inserted layers are
// measured. Requires can_inherit; both built by build_network_spec for the same images.
void inherit_weights(Network& child, const Architecture& architecture, const Network& parent,
                     const Architecture& parent_architecture, const ImageSet& images);

}  // namespace mininas
