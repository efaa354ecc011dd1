#include "search/space/mutate_graph.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/error.h"
#include "search/space/graph_operations.h"

namespace mininas {
namespace {

// Channels, and by how much the image is smaller. The image's channels are not known here.
struct Extent {
  int channels = 0, stride = 1;
  bool operator==(const Extent&) const = default;
};

// Of each node, inputs before readers; nothing if the inputs of a sum differ.
std::optional<std::map<std::string, Extent>> extents(const Graph& graph) {
  std::map<std::string, Extent> all = {{kImageId, {}}};
  for (const GraphNode& node : graph.nodes()) {
    Extent extent = all.at(node.inputs.front());
    for (const std::string& input : node.inputs)
      if (!(all.at(input) == extent)) return std::nullopt;
    if (node.operation.channels > 0) extent.channels = node.operation.channels;
    extent.stride *= node.operation.stride;
    all[node.id] = extent;
  }
  return all;
}

int max_stride(const std::map<std::string, Extent>& all) {
  int most = 1;
  for (const auto& [id, extent] : all) most = std::max(most, extent.stride);
  return most;
}

class Mutation {
 public:
  Mutation(const Graph& graph, const RandomGraphLimits& limits, Rng& rng)
      : graph_(graph), nodes_(graph.nodes()), limits_(limits), rng_(rng) {}

  // Nothing if the draw leads nowhere.
  std::optional<std::vector<GraphNode>> draw() {
    bool changed = false;
    switch (rng_.below(6)) {
      case 0:
        changed = change_kernel();
        break;
      case 1:
        changed = change_channels();
        break;
      case 2:
        changed = change_kind();
        break;
      case 3:
        changed = change_input();
        break;
      case 4:
        changed = insert();
        break;
      default:
        changed = remove();
    }
    return changed ? std::optional(nodes_) : std::nullopt;
  }

 private:
  GraphNode& any_node() { return nodes_[rng_.below(static_cast<uint32_t>(nodes_.size()))]; }
  template <class T>
  const T& any(const std::vector<T>& from) {
    return from[rng_.below(static_cast<uint32_t>(from.size()))];
  }

  bool change_kernel() {
    GraphNode& node = any_node();
    const int kernel = any(limits_.kernels);
    if (!rule_of(node.operation.kind).convolves || kernel == node.operation.kernel) return false;
    node.operation.kernel = kernel;
    return true;
  }

  bool change_channels() {
    GraphNode& node = any_node();
    const int channels = any(limits_.channels);
    if (!rule_of(node.operation.kind).sets_channels || channels == node.operation.channels) return false;
    node.operation.channels = channels;
    return true;
  }

  bool change_kind() {
    GraphNode& node = any_node();
    NodeKind& kind = node.operation.kind;
    if (kind != NodeKind::kConv && kind != NodeKind::kSeparable) return false;
    kind = kind == NodeKind::kConv ? NodeKind::kSeparable : NodeKind::kConv;
    return true;
  }

  bool change_input() {
    GraphNode& node = any_node();
    std::string& input = node.inputs[rng_.below(static_cast<uint32_t>(node.inputs.size()))];
    const std::string other = any_node().id;
    if (other == input || other == node.id) return false;
    input = other;
    return true;
  }

  // Behind a node, in front of all or one of its readers.
  bool insert() {
    const GraphNode before = any_node();
    const auto all = extents(graph_);
    if (!all || all->at(before.id).channels == 0) return false;
    const bool separable = rng_.coin(), is_output = before.id == nodes_.back().id;
    const NodeOperation operation{separable ? NodeKind::kSeparable : NodeKind::kConv, any(limits_.kernels),
                                  all->at(before.id).channels};
    const GraphNode added{graph_.fresh_ids(1).front(), operation, {before.id}};
    for (GraphNode& node : nodes_) std::replace(node.inputs.begin(), node.inputs.end(), before.id, added.id);
    nodes_.insert(is_output ? nodes_.end() : nodes_.begin(), added);
    return true;
  }

  // Its readers read its input.
  bool remove() {
    const GraphNode removed = any_node();
    if (nodes_.size() == 1 || removed.inputs.size() != 1 || removed.inputs.front() == kImageId) return false;
    const std::string before = removed.inputs.front();
    const bool was_output = removed.id == nodes_.back().id;
    std::erase_if(nodes_, [&](const GraphNode& node) { return node.id == removed.id; });
    for (GraphNode& node : nodes_) std::replace(node.inputs.begin(), node.inputs.end(), removed.id, before);
    if (was_output) {
      const auto last =
          std::find_if(nodes_.begin(), nodes_.end(), [&](const GraphNode& node) { return node.id == before; });
      std::rotate(last, last + 1, nodes_.end());
    }
    return true;
  }

  const Graph& graph_;
  std::vector<GraphNode> nodes_;
  const RandomGraphLimits& limits_;
  Rng& rng_;
};

// The graph that these nodes make, if they make one within the limits.
std::optional<Graph> legal(const std::vector<GraphNode>& nodes, const Graph& before, const RandomGraphLimits& limits) {
  try {
    Graph graph(nodes);
    const auto all = extents(graph), old = extents(before);
    if (!all) return std::nullopt;
    const int allowed = std::max(1 << limits.halvings, old ? max_stride(*old) : 1);
    const auto max_nodes = std::max(before.nodes().size(), static_cast<size_t>(limits.max_nodes));
    if (max_stride(*all) > allowed || graph.nodes().size() > max_nodes) return std::nullopt;
    return graph;
  } catch (const ConfigError&) {  // a cycle, or a sum with one input
    return std::nullopt;
  }
}

}  // namespace

Graph mutate(const Graph& graph, const RandomGraphLimits& limits, Rng& rng) {
  for (int draws = 0; draws < kMaxMutationDraws; ++draws)
    if (const auto nodes = Mutation(graph, limits, rng).draw())
      if (auto changed = legal(*nodes, graph, limits); changed && !same_network(*changed, graph)) return *changed;
  return graph;
}

}  // namespace mininas
