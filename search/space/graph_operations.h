// The operations of a graph's nodes: one table, a row for each kind. Text, checks, order and the layers that a node
// becomes follow from it: a new operation is a new row.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nn/spec/layer_chain.h"
#include "search/space/graph.h"

namespace mininas {

struct NodeRule {
  NodeKind kind;
  const char* symbol;  // its name in the text: "c", "add"
  int least_inputs, most_inputs;
  bool any_order;      // exchanging its inputs changes nothing
  bool reads_image;    // the image may be an input
  bool convolves;      // has a kernel and a stride, `.plain` and `.bias`
  bool sets_channels;  // as many as are written; otherwise as many as it reads
  // Appends the layers that the node becomes. `inputs`: the layers that it reads, behind their ReLU where it reads
  // through one. Returns the layer that holds its output.
  int (*add_layers)(LayerChain& chain, const GraphNode& node, const std::vector<int>& inputs);
  const char* meaning;  // for help
};

std::span<const NodeRule> node_rules();  // in the order of NodeKind
const NodeRule& rule_of(NodeKind kind);

// Whether a node reads its inputs through a ReLU.
bool reads_through_relu(const NodeOperation& operation);

constexpr int kLargestNodeKernel = 7, kMostNodeChannels = 4096, kLargestNodeStride = 4;

bool belongs_to_id(char c);
// Empty where the id may name a node: its characters and its length, and no name of the network's own.
std::optional<std::string> why_illegal_id(const std::string& id);
// Empty where the node may stand in a graph; otherwise the rule that it breaks: its id, numbers out of range, fields
// that its kind does not use, too few or too many inputs. Whether the inputs exist is not checked here.
std::optional<std::string> why_illegal(const GraphNode& node);

}  // namespace mininas
