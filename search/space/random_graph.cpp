#include "search/space/random_graph.h"

#include <algorithm>

#include "core/error.h"
#include "search/space/graph_operations.h"

namespace mininas {
namespace {

// A sum of different shapes needs additional convolutions; these limits keep a graph well below kMaxNodes.
constexpr int kMaxDrawnNodes = 100, kMaxHalvings = 5;

class Drawing {
 public:
  Drawing(const RandomGraphLimits& limits, Rng& rng) : limits_(limits), rng_(rng) {}

  Graph run() {
    const int count = limits_.min_nodes + below(limits_.max_nodes - limits_.min_nodes + 1);
    add_convolution(kNone);
    while (static_cast<int>(drawn_.size()) < count) add_node();
    join_loose_ends();
    std::vector<GraphNode> nodes;
    for (const Drawn& drawn : drawn_) nodes.push_back(drawn.node);
    return Graph(nodes);
  }

 private:
  struct Drawn {
    GraphNode node;
    int channels, halvings;
    bool read = false;
  };
  static constexpr int kNone = -1;  // the image

  int below(int count) { return static_cast<int>(rng_.below(static_cast<uint32_t>(count))); }
  bool one_in(int count) { return below(count) == 0; }
  template <class T>
  const T& any(const std::vector<T>& from) {
    return from[rng_.below(static_cast<uint32_t>(from.size()))];
  }
  Drawn& at(int index) { return drawn_[static_cast<size_t>(index)]; }

  // The newest node half of the time, so that there are long paths as well as wide ones.
  int any_node() {
    const int count = static_cast<int>(drawn_.size());
    return rng_.coin() ? count - 1 : below(count);
  }

  int append(const NodeOperation& operation, const std::vector<int>& inputs, int channels, int halvings) {
    GraphNode node{text("n", drawn_.size() + 1), operation, {}};
    for (const int input : inputs) {
      node.inputs.push_back(input == kNone ? kImageId : at(input).node.id);
      if (input != kNone) at(input).read = true;
    }
    drawn_.push_back({node, channels, halvings});
    return static_cast<int>(drawn_.size()) - 1;
  }

  void add_node() {
    const int kind = below(8);
    const int input = any_node();
    if (kind == 0) append({NodeKind::kRelu}, {input}, at(input).channels, at(input).halvings);
    if (kind == 1 || kind == 2) add_sum({input, any_node()});
    if (kind > 2) add_convolution(one_in(20) ? kNone : input);
  }

  void add_convolution(int input) {
    constexpr NodeKind kKinds[] = {NodeKind::kConv, NodeKind::kSeparable, NodeKind::kDepthwise};
    const Drawn before = input == kNone ? Drawn{} : at(input);
    // The number of image channels is unknown here, and a depthwise convolution would keep it.
    const NodeKind kind = kKinds[below(input == kNone ? 2 : 3)];
    const bool sets_channels = kind != NodeKind::kDepthwise, halves = before.halvings < limits_.halvings && one_in(4);
    NodeOperation operation{kind, any(limits_.kernels), sets_channels ? any(limits_.channels) : 0, halves ? 2 : 1};
    operation.plain = one_in(4);
    operation.bias = one_in(6);
    append(operation, {input}, sets_channels ? operation.channels : before.channels, before.halvings + halves);
  }

  // Adds convolutions that give a node this many channels and strides; several if one cannot stride far enough.
  int fitted(int node, int channels, int halvings) {
    while (at(node).channels != channels || at(node).halvings < halvings) {
      const int strides = std::min(2, halvings - at(node).halvings);
      NodeOperation projection{NodeKind::kConv, 1, channels, 1 << strides, true};
      node = append(projection, {node}, channels, at(node).halvings + strides);
    }
    return node;
  }

  void add_sum(std::vector<int> nodes) {
    int halvings = 0;
    for (const int node : nodes) halvings = std::max(halvings, at(node).halvings);
    const int channels = at(nodes[0]).channels;
    for (int& node : nodes) node = fitted(node, channels, halvings);
    append({NodeKind::kAdd}, nodes, channels, halvings);
  }

  // A sum has at most this many inputs; the last one may add other sums.
  void join_loose_ends() {
    for (;;) {
      std::vector<int> loose;
      for (int i = 0; i < static_cast<int>(drawn_.size()); ++i)
        if (!at(i).read) loose.push_back(i);
      if (loose.size() < 2) return;
      loose.resize(std::min<size_t>(loose.size(), kMaxNodeInputs));
      add_sum(loose);
    }
  }

  const RandomGraphLimits& limits_;
  Rng& rng_;
  std::vector<Drawn> drawn_;
};

}  // namespace

OptionFields option_fields(RandomGraphLimits& l) {
  return {
      {"min-nodes", "of a graph: nodes that are drawn, at least", &l.min_nodes, 1, kMaxDrawnNodes},
      {"max-nodes", "of a graph: nodes that are drawn, at most; what makes shapes equal comes on top", &l.max_nodes, 1,
       kMaxDrawnNodes},
      {"node-channels", "of a graph: channels of its convolutions", &l.channels, 1, kMaxNodeChannels},
      {"node-kernels", "of a graph: kernel sizes of its convolutions", &l.kernels, 1, kMaxNodeKernel},
      {"halvings", "of a graph: how often any way through it halves the image, at most", &l.halvings, 0, kMaxHalvings},
  };
}

void validate(const RandomGraphLimits& limits) {
  RandomGraphLimits copy = limits;  // fields need a struct that is not const
  validate(option_fields(copy));
  if (limits.min_nodes > limits.max_nodes)
    throw ConfigError(text("min-nodes ", limits.min_nodes, ": expected at most max-nodes, ", limits.max_nodes));
  if (limits.channels.empty()) throw ConfigError("node-channels: at least one number is needed");
  validate_kernels("node-kernels", limits.kernels);
}

Graph random_graph(const RandomGraphLimits& limits, Rng& rng) {
  validate(limits);
  return Drawing(limits, rng).run();
}

}  // namespace mininas
