#include "search/space/architecture.h"

#include "core/error.h"
#include "nn/spec/named_networks.h"

namespace mininas {
namespace {

std::string to_text(const PublishedNetwork& network) { return network.name; }

}  // namespace

const Chain& Architecture::chain() const {
  const Chain* chain = as<Chain>();
  MN_CHECK(chain != nullptr, mininas::to_text(*this), " is no chain");
  return *chain;
}

std::string to_text(const Architecture& architecture) {
  return std::visit([](const auto& form) { return to_text(form); }, architecture.value());
}

Architecture parse_architecture(const std::string& source) {
  if (is_network_name(source)) return PublishedNetwork{source};
  return parse_chain(source);
}

}  // namespace mininas
