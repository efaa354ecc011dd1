#include "search/space/architecture.h"

#include "core/error.h"
#include "nn/spec/named_networks.h"

namespace mininas {
namespace {

std::string to_text(const PublishedNetwork& network) { return network.name; }

}  // namespace

const Chain& Architecture::chain() const {
  const Chain* chain = as<Chain>();
  MN_CHECK(chain != nullptr, mininas::to_text(*this), " is not a chain");
  return *chain;
}

std::string to_text(const Architecture& architecture) {
  return std::visit([](const auto& form) { return to_text(form); }, architecture.value());
}

Architecture parse_architecture(const std::string& source) {
  if (is_network_name(source)) return PublishedNetwork{source};
  if (is_graph_text(source)) return parse_graph(source);
  return parse_chain(source);
}

std::string short_text(const Architecture& architecture) {
  const Graph* graph = architecture.as<Graph>();
  if (graph == nullptr) return to_text(architecture);
  const size_t count = graph->nodes().size();
  return text("graph of ", count, count == 1 ? " node" : " nodes");
}

std::string architecture_help() {
  return text("An architecture is a chain, a graph, or a published network:\n",
              "  w24:s3,c3,s5*3  width, then an operation and a kernel a layer: s separable, c standard convolution\n",
              "  \"graph: a=c3x16(image), b=s5x16(a), c=c1x16.plain(a), d=add(b,c)\"\n", graph_help(), "  ",
              network_names(), "  published networks\n");
}

}  // namespace mininas
