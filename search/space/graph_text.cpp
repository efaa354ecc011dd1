// The text form of graphs, described in graph.h.
#include <set>

#include "core/error.h"
#include "search/space/graph.h"
#include "search/space/graph_operations.h"
#include "search/space/text_reader.h"

namespace mininas {
namespace {

constexpr const char* kPrefix = "graph:";
constexpr const char* kExample = "graph: a=c3x16(image), b=s3x16(a), c=add(a,b)";

// "c (convolution), s (depthwise, then 1x1 convolution), ..."
std::string operation_list() {
  std::string list;
  for (const NodeRule& rule : node_rules())
    list += text(list.empty() ? "" : ", ", rule.symbol, " (", rule.meaning, ")");
  return list;
}

class GraphReader {
 public:
  explicit GraphReader(const std::string& source) : in_(source, kExample) {}

  std::vector<GraphNode> nodes() {
    in_.require(kPrefix, "'graph:'");
    do {
      in_.skip_spaces();
      if (nodes_.size() == kMaxNodes) in_.fail(text("at most ", kMaxNodes, " nodes"));
      nodes_.push_back(node());
      ids_.insert(nodes_.back().id);
      in_.skip_spaces();
    } while (in_.accept(","));
    if (!in_.at_end()) in_.fail("',' or the end expected");
    return std::move(nodes_);
  }

 private:
  static bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

  GraphNode node() {
    const size_t start = in_.position();
    GraphNode node;
    node.id = new_id();
    in_.skip_spaces();
    in_.require("=", "'=' after the id of a node");
    in_.skip_spaces();
    node.operation = operation();
    in_.skip_spaces();
    inputs(node);
    if (const auto problem = why_illegal(node)) fail_at(start, *problem);
    return node;
  }

  [[noreturn]] void fail_at(size_t position, const std::string& rule) {
    in_.go_to(position);
    in_.fail(rule);
  }

  std::string new_id() {
    const size_t start = in_.position();
    std::string id = in_.take_while(belongs_to_id);
    if (const auto problem = why_illegal_id(id)) fail_at(start, *problem);
    if (ids_.contains(id)) fail_at(start, text("'", id, "' is the id of an earlier node"));
    return id;
  }

  NodeOperation operation() {
    const NodeRule& rule = symbol();
    NodeOperation operation{.kind = rule.kind};
    if (!rule.convolves) return operation;
    operation.kernel = kernel();
    if (rule.sets_channels) {
      in_.require("x", "'x' and the number of channels");
      operation.channels = in_.number("the number of channels", 1, kMaxNodeChannels);
    }
    if (in_.accept("/")) operation.stride = in_.number("a stride", 1, kMaxNodeStride);
    for (;;) {
      if (in_.accept(".plain"))
        operation.plain = true;
      else if (in_.accept(".bias"))
        operation.bias = true;
      else
        return operation;
    }
  }

  const NodeRule& symbol() {
    const size_t start = in_.position();
    const std::string letters = in_.take_while(is_letter);
    for (const NodeRule& rule : node_rules())
      if (letters == rule.symbol) return rule;
    fail_at(start, "an operation expected: " + operation_list());
  }

  int kernel() {
    const size_t start = in_.position();
    const int kernel = in_.number("a kernel", 1, kMaxNodeKernel);
    if (kernel % 2 == 0) fail_at(start, text("a kernel must be odd, 1 to ", kMaxNodeKernel));
    return kernel;
  }

  void inputs(GraphNode& node) {
    in_.require("(", "'(' and the inputs");
    do {
      in_.skip_spaces();
      if (node.inputs.size() == kMaxNodeInputs) in_.fail(text("at most ", kMaxNodeInputs, " inputs"));
      node.inputs.push_back(input());
      in_.skip_spaces();
    } while (in_.accept(","));
    in_.require(")", "',' or ')'");
  }

  std::string input() {
    const size_t start = in_.position();
    std::string id = in_.take_while(belongs_to_id);
    if (id.empty()) in_.fail("an input expected: 'image' or the id of a node further left");
    if (id != kImageId && !ids_.contains(id))
      fail_at(start, text("no node '", id, "' before this one; inputs are 'image' and nodes further left"));
    return id;
  }

  TextReader in_;
  std::vector<GraphNode> nodes_;
  std::set<std::string> ids_;
};

}  // namespace

std::string to_text(const NodeOperation& o) {
  const NodeRule& rule = rule_of(o.kind);
  std::string out = rule.symbol;
  if (rule.convolves) out += std::to_string(o.kernel);
  if (rule.sets_channels) out += text("x", o.channels);
  if (o.stride != 1) out += text("/", o.stride);
  return out + (o.plain ? ".plain" : "") + (o.bias ? ".bias" : "");
}

std::string to_text(const Graph& graph) {
  std::string out = kPrefix;
  for (const GraphNode& node : graph.nodes()) {
    out += text(&node == &graph.nodes().front() ? " " : ", ", node.id, "=", to_text(node.operation));
    for (size_t i = 0; i < node.inputs.size(); ++i) out += (i == 0 ? "(" : ",") + node.inputs[i];
    out += ")";
  }
  return out;
}

std::string graph_help() {
  const std::string indent(4, ' ');
  return text(indent, "id=operation(inputs); the last node is the output, which pool and classifier follow.\n", indent,
              operation_list(), ".\n", indent,
              "c3x16/2: kernel 3, 16 channels, stride 2. A convolution is ReLU, convolution, norm: .plain leaves the "
              "ReLU out, .bias has a bias for the norm.\n");
}

bool is_graph_text(const std::string& source) { return source.starts_with(kPrefix); }

Graph parse_graph(const std::string& source) { return Graph(GraphReader(source).nodes()); }

}  // namespace mininas
