#include "search/space/graph_operations.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

void set_norm_or_bias(LayerSpec& layer, const NodeOperation& operation) {
  layer.batch_norm = !operation.bias;
  layer.bias = operation.bias;
}

int add_conv(LayerChain& chain, const GraphNode& node, const std::vector<int>& inputs) {
  const NodeOperation& o = node.operation;
  LayerSpec& layer = chain.add(node.id, LayerKind::kConv, o.channels, o.kernel, o.stride);
  layer.inputs = inputs;
  set_norm_or_bias(layer, o);
  return chain.last();
}

int add_depthwise(LayerChain& chain, const GraphNode& node, const std::vector<int>& inputs) {
  const NodeOperation& o = node.operation;
  LayerSpec& layer = chain.add(node.id, LayerKind::kDepthwise, chain.channels(inputs[0]), o.kernel, o.stride);
  layer.inputs = inputs;
  set_norm_or_bias(layer, o);
  return chain.last();
}

// As in the paper's family, there is neither norm nor ReLU between the two convolutions.
int add_separable(LayerChain& chain, const GraphNode& node, const std::vector<int>& inputs) {
  const NodeOperation& o = node.operation;
  chain.add(node.id + ".depthwise", LayerKind::kDepthwise, chain.channels(inputs[0]), o.kernel, o.stride).inputs =
      inputs;
  set_norm_or_bias(chain.add(node.id + ".pointwise", LayerKind::kConv, o.channels), o);
  return chain.last();
}

// Its input is rectified already, so it adds no layer.
int add_relu(LayerChain&, const GraphNode&, const std::vector<int>& inputs) { return inputs[0]; }

// A layer adds two tensors; more are added one after the other.
int add_sum(LayerChain& chain, const GraphNode& node, const std::vector<int>& inputs) {
  int sum = inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    const bool last = i + 1 == inputs.size();
    chain.add_sum(last ? node.id : text(node.id, ".", i), sum, inputs[i]);
    sum = chain.last();
  }
  return sum;
}

constexpr NodeRule kRules[] = {
    // kind, symbol, inputs, any_order, reads_image, convolves, sets_channels
    {NodeKind::kConv, "c", 1, 1, false, true, true, true, add_conv, "convolution"},
    {NodeKind::kSeparable, "s", 1, 1, false, true, true, true, add_separable, "depthwise, then 1x1 convolution"},
    {NodeKind::kDepthwise, "d", 1, 1, false, true, true, false, add_depthwise, "depthwise convolution"},
    {NodeKind::kRelu, "relu", 1, 1, false, false, false, false, add_relu, "ReLU"},
    {NodeKind::kAdd, "add", 2, kMaxNodeInputs, true, false, false, false, add_sum, "sum"},
};

using Problem = std::optional<std::string>;

Problem why_illegal(const NodeOperation& o, const NodeRule& rule) {
  if (!rule.convolves) {
    if (o == NodeOperation{.kind = o.kind}) return std::nullopt;
    return text(rule.symbol, " has no kernel, channels, stride, .plain or .bias");
  }
  if (o.kernel % 2 == 0 || o.kernel < 1 || o.kernel > kMaxNodeKernel)
    return text("kernel ", o.kernel, " must be odd, 1 to ", kMaxNodeKernel);
  if (o.stride < 1 || o.stride > kMaxNodeStride) return text("stride ", o.stride, " must be 1 to ", kMaxNodeStride);
  if (!rule.sets_channels && o.channels != 0) return text(rule.symbol, " keeps the channels of its input");
  if (rule.sets_channels && (o.channels < 1 || o.channels > kMaxNodeChannels))
    return text(o.channels, " channels must be 1 to ", kMaxNodeChannels);
  return std::nullopt;
}

Problem why_illegal(const std::vector<std::string>& inputs, const NodeRule& rule) {
  const int count = static_cast<int>(inputs.size());
  if (count < rule.least_inputs || count > rule.most_inputs)
    return text(rule.symbol, " has ", count, count == 1 ? " input" : " inputs", ", expected ", rule.least_inputs,
                rule.most_inputs > rule.least_inputs ? text(" to ", rule.most_inputs) : "");
  if (!rule.reads_image && std::count(inputs.begin(), inputs.end(), kImageId) > 0)
    return text(rule.symbol, " cannot read the image; put a convolution between them");
  return std::nullopt;
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::span<const NodeRule> node_rules() { return kRules; }

const NodeRule& rule_of(NodeKind kind) {
  const NodeRule& rule = kRules[static_cast<size_t>(kind)];
  MN_CHECK(rule.kind == kind, "the table's order is not NodeKind's at ", rule.symbol);
  return rule;
}

bool reads_through_relu(const NodeOperation& operation) {
  return operation.kind == NodeKind::kRelu || (rule_of(operation.kind).convolves && !operation.plain);
}

bool belongs_to_id(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

Problem why_illegal_id(const std::string& id) {
  if (id.empty() || !is_letter(id[0]) || !std::all_of(id.begin(), id.end(), belongs_to_id))
    return "an id is a lower-case letter, then lower-case letters, digits and '_'";
  if (id.size() > kMaxIdLength) return text("an id has at most ", kMaxIdLength, " characters");
  // The image is an input, the other two names are layers of the head.
  for (const char* reserved : {kImageId, "pool", "classifier"})
    if (id == reserved) return text("'", id, "' is a name that the network itself uses");
  return std::nullopt;
}

Problem why_illegal(const GraphNode& node) {
  const NodeRule& rule = rule_of(node.operation.kind);
  if (auto problem = why_illegal_id(node.id)) return problem;
  if (auto problem = why_illegal(node.operation, rule)) return problem;
  return why_illegal(node.inputs, rule);
}

}  // namespace mininas
