#include "search/space/build.h"

#include "nn/spec/named_networks.h"

namespace mininas {

NetworkSpec build_network_spec(const Architecture& architecture, const ImageShape& input, int classes) {
  if (const auto* network = architecture.as<PublishedNetwork>()) return named_network(network->name, input, classes);
  if (const auto* graph = architecture.as<Graph>()) return build_network_spec(*graph, input, classes);
  return build_network_spec(architecture.chain(), input, classes);
}

NetworkSpec build_network_spec(const std::string& source, const ImageShape& input, int classes) {
  return build_network_spec(parse_architecture(source), input, classes);
}

}  // namespace mininas
