// The table of the operations of graph nodes, with one row per kind. Parsing, checks, node order and the layers of a
// node follow from it; a new operation is a new row.
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
  bool any_order;      // the order of its inputs does not matter
  bool reads_image;    // the image may be an input
  bool convolves;      // has a kernel and a stride, `.plain` and `.bias`
  bool sets_channels;  // output channels are written; otherwise as many as the input
  // Appends the layers of the node. `inputs` are the layers that it reads, after their ReLU if it reads through one.
  // Returns the layer with the node's output.
  int (*add_layers)(LayerChain& chain, const GraphNode& node, const std::vector<int>& inputs);
  const char* meaning;  // for help
};

std::span<const NodeRule> node_rules();  // in the order of NodeKind
const NodeRule& rule_of(NodeKind kind);

// Whether a node reads its inputs through a ReLU.
bool reads_through_relu(const NodeOperation& operation);

constexpr int kMaxNodeKernel = 7, kMaxNodeChannels = 4096, kMaxNodeStride = 4;

bool belongs_to_id(char c);
// Nothing if the id is legal; otherwise the rule that it breaks (characters, length, names that the network itself
// uses).
std::optional<std::string> why_illegal_id(const std::string& id);
// Nothing if the node is legal; otherwise the rule that it breaks: its id, numbers out of range, fields that its kind
// does not use, too few or too many inputs. It does not check whether the inputs exist.
std::optional<std::string> why_illegal(const GraphNode& node);

}  // namespace mininas
