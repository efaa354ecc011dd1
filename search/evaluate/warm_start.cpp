#include "search/evaluate/warm_start.h"

#include "core/error.h"
#include "search/evaluate/inherit_by_name.h"
#include "search/evaluate/inherit_chain.h"

namespace mininas {

bool can_inherit(const Architecture& child, const Architecture& parent) {
  const Chain *own = child.as<Chain>(), *old = parent.as<Chain>();
  if (own != nullptr && old != nullptr) return can_inherit(*own, *old);
  return child.as<Graph>() != nullptr && parent.as<Graph>() != nullptr;
}

void inherit_weights(Network& child, const Architecture& architecture, const Network& parent,
                     const Architecture& parent_architecture, const ImageSet& images) {
  MN_CHECK(can_inherit(architecture, parent_architecture), to_text(architecture), " cannot inherit from ",
           to_text(parent_architecture));
  if (architecture.as<Graph>() != nullptr) return inherit_by_name(child, parent);
  inherit_weights(child, architecture.chain(), parent, parent_architecture.chain(), images);
}

}  // namespace mininas
