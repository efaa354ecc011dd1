#include "search/space/graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/error.h"
#include "core/io/sha256.h"
#include "search/space/graph_operations.h"
#include "search/space/graph_order.h"

namespace mininas {
namespace {

[[noreturn]] void refuse(const std::string& rule) { throw ConfigError("graph: " + rule); }

using NodeIndices = std::map<std::string, int>;  // index of each node by its id

int index_of(const NodeIndices& indices, const std::string& id) {
  return id == kImageId ? kImageIndex : indices.at(id);
}

NodeIndices indices_of(const std::vector<GraphNode>& nodes) {
  NodeIndices indices;
  for (const GraphNode& node : nodes)
    if (!indices.emplace(node.id, static_cast<int>(indices.size())).second)
      refuse(text("two nodes are called ", node.id));
  return indices;
}

void check_inputs_exist(const std::vector<GraphNode>& nodes, const NodeIndices& indices) {
  for (const GraphNode& node : nodes)
    for (const std::string& input : node.inputs)
      if (input != kImageId && !indices.contains(input))
        refuse(text("node ", node.id, " reads ", input, ", which is not a node"));
}

// Marks all nodes that `node` depends on; `above` has the nodes on the path from the output to it.
void mark(int node, const std::vector<GraphNode>& nodes, const NodeIndices& indices, std::set<int>& above,
          std::vector<bool>& needed) {
  if (node == kImageIndex) return;
  const GraphNode& here = nodes[static_cast<size_t>(node)];
  if (above.contains(node)) refuse(text("node ", here.id, " depends on itself"));
  if (needed[static_cast<size_t>(node)]) return;
  needed[static_cast<size_t>(node)] = true;
  above.insert(node);
  for (const std::string& input : here.inputs) mark(index_of(indices, input), nodes, indices, above, needed);
  above.erase(node);
}

// The nodes that the last one depends on, sorted by id, and the index of the last one among them.
std::pair<std::vector<GraphNode>, int> needed_nodes(const std::vector<GraphNode>& nodes) {
  const NodeIndices indices = indices_of(nodes);
  check_inputs_exist(nodes, indices);
  std::set<int> above;
  std::vector<bool> needed(nodes.size());
  mark(static_cast<int>(nodes.size()) - 1, nodes, indices, above, needed);
  std::vector<GraphNode> kept;
  for (const auto& [id, place] : indices)
    if (needed[static_cast<size_t>(place)]) kept.push_back(nodes[static_cast<size_t>(place)]);
  const auto is_output = [&](const GraphNode& node) { return node.id == nodes.back().id; };
  return {kept, static_cast<int>(std::find_if(kept.begin(), kept.end(), is_output) - kept.begin())};
}

std::vector<OrderedNode> as_numbers(const std::vector<GraphNode>& nodes) {
  const NodeIndices indices = indices_of(nodes);
  std::set<NodeOperation> operations;
  for (const GraphNode& node : nodes) operations.insert(node.operation);
  std::vector<OrderedNode> numbers;
  for (const GraphNode& node : nodes) {
    const auto rank = std::distance(operations.begin(), operations.find(node.operation));
    numbers.push_back({static_cast<int>(rank), rule_of(node.operation.kind).any_order, {}});
    for (const std::string& input : node.inputs) numbers.back().inputs.push_back(index_of(indices, input));
  }
  return numbers;
}

void normalise_inputs(std::vector<GraphNode>& nodes) {
  const NodeIndices indices = indices_of(nodes);
  for (GraphNode& node : nodes) {
    if (rule_of(node.operation.kind).any_order)
      std::sort(node.inputs.begin(), node.inputs.end(), [&](const std::string& a, const std::string& b) {
        return index_of(indices, a) < index_of(indices, b);
      });
    // `.plain` has no meaning there: the image is never read through a ReLU.
    if (node.inputs[0] == kImageId) node.operation.plain = false;
  }
}

}  // namespace

Graph::Graph(const std::vector<GraphNode>& nodes) {
  if (nodes.empty() || nodes.size() > kMaxNodes)
    refuse(text("has ", nodes.size(), " nodes, expected 1 to ", kMaxNodes));
  for (const GraphNode& node : nodes)
    if (const auto problem = why_illegal(node)) refuse(text("node '", node.id, "': ", *problem));
  auto [kept, output] = needed_nodes(nodes);
  normalise_inputs(kept);
  for (const int place : listing_order(as_numbers(kept), output)) nodes_.push_back(kept[static_cast<size_t>(place)]);
  normalise_inputs(nodes_);
}

const GraphNode* Graph::find(const std::string& id) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const GraphNode& node) { return node.id == id; });
  return found == nodes_.end() ? nullptr : &*found;
}

std::vector<std::string> Graph::fresh_ids(int count) const {
  std::vector<std::string> ids;
  for (size_t number = nodes_.size() + 1; static_cast<int>(ids.size()) < count; ++number)
    if (std::string id = text("n", number); find(id) == nullptr) ids.push_back(std::move(id));
  return ids;
}

Graph Graph::canonical() const {
  std::map<std::string, std::string> names = {{kImageId, kImageId}};
  Graph renamed = *this;
  for (GraphNode& node : renamed.nodes_) {
    node.id = names[node.id] = text("n", names.size());
    for (std::string& input : node.inputs) input = names.at(input);
  }
  return renamed;
}

bool same_network(const Graph& a, const Graph& b) { return a.canonical() == b.canonical(); }

std::string digest(const Graph& graph) {
  const std::string canonical = to_text(graph.canonical());
  return sha256_hex(std::as_bytes(std::span(canonical)));
}

}  // namespace mininas
