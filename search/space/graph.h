// Graph: an architecture as a directed acyclic graph of operations, as a plain value, for networks with branches. It
// has no images, classes or weights (search/space/build.h turns it into a NetworkSpec); whether shapes fit each other
// is checked there.
//
// Text form, one line (spaces may be added or omitted; a graph is printed as here):
//
//   graph: a=c3x16(image), b=s3x16(a), c=c1x16.plain(a), d=add(b,c)
//
//   node       id=operation(input,...). An id is a lower-case letter, then lower-case letters, digits and `_`. An input
//              is `image` or the id of a node further left
//   operation  c3x16    3x3 convolution to 16 channels                            } ReLU of the input,
//              s5x32    separable: 5x5 depthwise, then 1x1 convolution to 32      } convolution, batch norm
//              d3       3x3 depthwise convolution; keeps the channels             }
//              relu     ReLU on its own, for a reader that has none
//              add      sum of two or more inputs of equal shape, without ReLU
//              after a convolution: `/2` is stride 2, `.plain` omits the ReLU before it, `.bias` has a bias instead of
//              the batch norm
//   head       the last node is the output. Global average pooling (without ReLU) and the linear classifier follow it;
//              neither is written
//
// The order of ReLU, convolution and norm is that of the paper's family. One node may therefore read a tensor through a
// ReLU and another one without. The image is never read through a ReLU.
//
// A value is normalised when it is constructed:
//   * Nodes that the output does not depend on are removed.
//   * The order of the nodes does not depend on the order in which they were given, nor on their ids, except for nodes
//     that a symmetry of the graph exchanges; of those the smaller id comes first. A node follows its inputs. The
//     inputs of `add` are in the order of the nodes.
//
// Ids are part of the value: weights are initialised and inherited by id (search/evaluate/warm_start.h), so graphs that
// differ only in ids are different candidates. `canonical` renames the ids. As in NAS-Bench-101 (Ying et al. 2019),
// graphs of the same network then become equal. It is guaranteed that:
//   * Equal canonical graphs are always the same network.
//   * Isomorphic graphs have equal canonical graphs, as long as the search for their order stays within
//     kMaxOrderingWork (search/space/graph_order.h). Only graphs of hundreds of nodes full of symmetries exceed it;
//     then ids may influence the order.
#pragma once
#include <compare>
#include <string>
#include <vector>

namespace mininas {

// The rows of the table in search/space/graph_operations.h.
enum class NodeKind { kConv, kSeparable, kDepthwise, kRelu, kAdd };

// Fields that a kind does not use keep their defaults.
struct NodeOperation {
  NodeKind kind = NodeKind::kConv;
  int kernel = 1;
  int channels = 0;  // output channels; 0: as many as the input
  int stride = 1;
  bool plain = false;  // reads its input without a ReLU
  bool bias = false;   // a bias instead of the batch norm

  auto operator<=>(const NodeOperation&) const = default;
};

struct GraphNode {
  std::string id;
  NodeOperation operation;
  std::vector<std::string> inputs;  // ids of nodes, or kImageId

  bool operator==(const GraphNode&) const = default;
};

inline constexpr const char* kImageId = "image";
constexpr int kMaxNodes = 1000, kMaxNodeInputs = 64, kMaxIdLength = 32;

class Graph {
 public:
  // Nodes may be in any order, except that the output is the last one. Throws ConfigError with the node and the rule
  // that it breaks.
  explicit Graph(const std::vector<GraphNode>& nodes);

  const std::vector<GraphNode>& nodes() const { return nodes_; }
  const GraphNode& output() const { return nodes_.back(); }
  // nullptr if there is no such node.
  const GraphNode* find(const std::string& id) const;
  // Ids that no node has: n7, n8, ... For the new nodes of a mutated graph, call this on the graph before the mutation,
  // so that a new node does not get the id of a removed one and inherit its weights.
  std::vector<std::string> fresh_ids(int count) const;

  // The same network with the ids n1, n2, ... in the order of the nodes.
  Graph canonical() const;

  // The same nodes with the same ids.
  bool operator==(const Graph&) const = default;

 private:
  std::vector<GraphNode> nodes_;
};

// Whether both are the same network, whatever their ids.
bool same_network(const Graph& a, const Graph& b);
// SHA-256 of the canonical text: equal for the same network.
std::string digest(const Graph& graph);

std::string to_text(const NodeOperation& operation);  // "c3x16/2"
std::string to_text(const Graph& graph);
// Explains the text form in a few indented lines, for users.
std::string graph_help();
// Whether `text` begins like a graph.
bool is_graph_text(const std::string& text);
// Throws ConfigError with the position (from 1) and the rule. parse_graph(to_text(g)) == g.
Graph parse_graph(const std::string& text);

}  // namespace mininas
