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

using Places = std::map<std::string, int>;  // index of each node by its id

int place_of(const Places& places, const std::string& id) { return id == kImageId ? kImageIndex : places.at(id); }

Places places_of(const std::vector<GraphNode>& nodes) {
  Places places;
  for (const GraphNode& node : nodes)
    if (!places.emplace(node.id, static_cast<int>(places.size())).second)
      refuse(text("two nodes are called ", node.id));
  return places;
}

void check_inputs_exist(const std::vector<GraphNode>& nodes, const Places& places) {
  for (const GraphNode& node : nodes)
    for (const std::string& input : node.inputs)
      if (input != kImageId && !places.contains(input))
        refuse(text("node ", node.id, " reads ", input, ", which is no node"));
}

// Marks what `node` depends on; `above` are the nodes on the way from the output to it.
void mark(int node, const std::vector<GraphNode>& nodes, const Places& places, std::set<int>& above,
          std::vector<bool>& needed) {
  if (node == kImageIndex) return;
  const GraphNode& here = nodes[static_cast<size_t>(node)];
  if (above.contains(node)) refuse(text("node ", here.id, " depends on itself"));
  if (needed[static_cast<size_t>(node)]) return;
  needed[static_cast<size_t>(node)] = true;
  above.insert(node);
  for (const std::string& input : here.inputs) mark(place_of(places, input), nodes, places, above, needed);
  above.erase(node);
}

// Those that the last one depends on, by id; and the last one's place among them.
std::pair<std::vector<GraphNode>, int> needed_nodes(const std::vector<GraphNode>& nodes) {
  const Places places = places_of(nodes);
  check_inputs_exist(nodes, places);
  std::set<int> above;
  std::vector<bool> needed(nodes.size());
  mark(static_cast<int>(nodes.size()) - 1, nodes, places, above, needed);
  std::vector<GraphNode> kept;
  for (const auto& [id, place] : places)
    if (needed[static_cast<size_t>(place)]) kept.push_back(nodes[static_cast<size_t>(place)]);
  const auto is_output = [&](const GraphNode& node) { return node.id == nodes.back().id; };
  return {kept, static_cast<int>(std::find_if(kept.begin(), kept.end(), is_output) - kept.begin())};
}

std::vector<OrderedNode> as_numbers(const std::vector<GraphNode>& nodes) {
  const Places places = places_of(nodes);
  std::set<NodeOperation> operations;
  for (const GraphNode& node : nodes) operations.insert(node.operation);
  std::vector<OrderedNode> numbers;
  for (const GraphNode& node : nodes) {
    const auto rank = std::distance(operations.begin(), operations.find(node.operation));
    numbers.push_back({static_cast<int>(rank), rule_of(node.operation.kind).any_order, {}});
    for (const std::string& input : node.inputs) numbers.back().inputs.push_back(place_of(places, input));
  }
  return numbers;
}

void normalise_inputs(std::vector<GraphNode>& nodes) {
  const Places places = places_of(nodes);
  for (GraphNode& node : nodes) {
    if (rule_of(node.operation.kind).any_order)
      std::sort(node.inputs.begin(), node.inputs.end(),
                [&](const std::string& a, const std::string& b) { return place_of(places, a) < place_of(places, b); });
    // It says nothing there: the image is never read through a ReLU.
    if (node.inputs[0] == kImageId) node.operation.plain = false;
  }
}

}  // namespace

Graph::Graph(const std::vector<GraphNode>& nodes) {
  if (nodes.empty() || nodes.size() > kMostNodes)
    refuse(text("has ", nodes.size(), " nodes, expected 1 to ", kMostNodes));
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
