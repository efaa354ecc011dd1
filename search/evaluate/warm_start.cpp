#include "search/evaluate/warm_start.h"

#include "core/error.h"
#include "search/evaluate/inherit_chain.h"

namespace mininas {

bool can_inherit(const Architecture& child, const Architecture& parent) {
  const Chain *own = child.as<Chain>(), *old = parent.as<Chain>();
  return own != nullptr && old != nullptr && can_inherit(*own, *old);
}

void inherit_weights(Network& child, const Architecture& architecture, const Network& parent,
                     const Architecture& parent_architecture, const ImageSet& images) {
  inherit_weights(child, architecture.chain(), parent, parent_architecture.chain(), images);
}

}  // namespace mininas
