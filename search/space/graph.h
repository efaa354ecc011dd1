// Graph: an architecture as a directed acyclic graph of operations, as a plain value. It is to networks with branches
// what Chain is to the paper's family. It knows neither images nor classes nor weights (search/space/build.h turns it
// into a NetworkSpec), so whether the shapes fit each other is found out there.
//
// Text form, one line (spaces are free; a graph is printed as here):
//
//   graph: a=c3x16(image), b=s3x16(a), c=c1x16.plain(a), d=add(b,c)
//
//   node       id=operation(input,...). An id is a lower-case letter, then lower-case letters, digits and `_`. An input
//              is `image` or the id of a node further left
//   operation  c3x16    3x3 convolution to 16 channels                            } ReLU on what it reads,
//              s5x32    separable: 5x5 depthwise, then 1x1 convolution to 32      } convolution, batch norm
//              d3       3x3 depthwise convolution; keeps the channels             }
//              relu     ReLU on its own, for a reader that has none
//              add      sum of two or more inputs of equal shape, which it reads as they are
//              behind a convolution: `/2` strides 2, `.plain` omits the ReLU in front, `.bias` has a bias in place of
//              the batch norm
//   head       the last node is the output. Behind it come a global average pool, which reads it as it is, and the
//              linear classifier; neither is written
//
// That ReLU stands in front of a convolution, and the norm behind it, is the order of the paper's family. A tensor may
// so be read through a ReLU by one node and as it is by another. The image is never read through a ReLU.
//
// What a value holds is normalised when it is made:
//   * Nodes that the output does not depend on are gone.
//   * The listing order does not depend on the order in which the nodes were given, nor on their ids, except between
//     nodes that a symmetry of the graph exchanges; among those the smaller id comes first. A node stands behind its
//     inputs. The inputs of `add` are in listing order.
//
// The ids are part of the value: weights are drawn by them and inherited by them (search/evaluate/warm_start.h), so two
// graphs that differ in ids alone are two questions to an evaluator. `canonical` renames them away. As in NAS-Bench-101
// (Ying et al. 2019), graphs of the same network then become equal; what is guaranteed:
//   * Equal canonical graphs are the same network, always.
//   * Isomorphic graphs have equal canonical graphs, exactly, as long as the search for their order stays within
//     kMaxOrderingWork (search/space/graph_order.h). Graphs that exceed it have hundreds of nodes full of symmetries;
//     then ids may decide the order.
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
  int channels = 0;  // that it puts out; 0: as many as it reads
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
  // Nodes in any order, but the output is the last one. Throws ConfigError that names the node and the rule it breaks.
  explicit Graph(const std::vector<GraphNode>& nodes);

  const std::vector<GraphNode>& nodes() const { return nodes_; }
  const GraphNode& output() const { return nodes_.back(); }
  // nullptr if there is none.
  const GraphNode* find(const std::string& id) const;
  // Ids that no node has: n7, n8, ... For new nodes of a mutated graph ask the graph before the mutation, so that the id
  // of a removed node does not come back at once and inherit its weights.
  std::vector<std::string> fresh_ids(int count) const;

  // The same network with the ids n1, n2, ... in listing order.
  Graph canonical() const;

  // The same nodes with the same ids.
  bool operator==(const Graph&) const = default;

 private:
  std::vector<GraphNode> nodes_;
};

// Whether they are the same network, whatever the ids.
bool same_network(const Graph& a, const Graph& b);
// SHA-256 of the canonical text: equal for the same network.
std::string digest(const Graph& graph);

std::string to_text(const NodeOperation& operation);  // "c3x16/2"
std::string to_text(const Graph& graph);
// What the text's words mean, in a few indented lines, for people.
std::string graph_help();
// Whether `text` announces a graph.
bool is_graph_text(const std::string& text);
// Throws ConfigError that names the position (from 1) and the rule. parse_graph(to_text(g)) == g.
Graph parse_graph(const std::string& text);

}  // namespace mininas
