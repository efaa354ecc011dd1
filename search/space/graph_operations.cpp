#include "search/space/graph_operations.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

constexpr NodeRule kRules[] = {
    // kind, symbol, inputs, any_order, reads_image, convolves, sets_channels
    {NodeKind::kConv, "c", 1, 1, false, true, true, true, "convolution"},
    {NodeKind::kSeparable, "s", 1, 1, false, true, true, true, "depthwise, then 1x1 convolution"},
    {NodeKind::kDepthwise, "d", 1, 1, false, true, true, false, "depthwise convolution"},
    {NodeKind::kRelu, "relu", 1, 1, false, false, false, false, "ReLU"},
    {NodeKind::kAdd, "add", 2, kMostNodeInputs, true, false, false, false, "sum"},
};

using Problem = std::optional<std::string>;

Problem why_illegal(const NodeOperation& o, const NodeRule& rule) {
  if (!rule.convolves) {
    if (o == NodeOperation{.kind = o.kind}) return std::nullopt;
    return text(rule.symbol, " has no kernel, channels, stride, .plain or .bias");
  }
  if (o.kernel % 2 == 0 || o.kernel < 1 || o.kernel > kLargestNodeKernel)
    return text("kernel ", o.kernel, " must be odd, 1 to ", kLargestNodeKernel);
  if (o.stride < 1 || o.stride > kLargestNodeStride)
    return text("stride ", o.stride, " must be 1 to ", kLargestNodeStride);
  if (!rule.sets_channels && o.channels != 0) return text(rule.symbol, " keeps the channels of its input");
  if (rule.sets_channels && (o.channels < 1 || o.channels > kMostNodeChannels))
    return text(o.channels, " channels must be 1 to ", kMostNodeChannels);
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

bool belongs_to_id(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; }

Problem why_illegal_id(const std::string& id) {
  if (id.empty() || !is_letter(id[0]) || !std::all_of(id.begin(), id.end(), belongs_to_id))
    return "an id is a lower-case letter, then lower-case letters, digits and '_'";
  if (id.size() > kLongestId) return text("an id has at most ", kLongestId, " characters");
  // The image is an input, the other two are the layers of the head.
  for (const char* reserved : {kImageId, "pool", "classifier"})
    if (id == reserved) return text("'", id, "' is a name of the network's own");
  return std::nullopt;
}

Problem why_illegal(const GraphNode& node) {
  const NodeRule& rule = rule_of(node.operation.kind);
  if (auto problem = why_illegal_id(node.id)) return problem;
  if (auto problem = why_illegal(node.operation, rule)) return problem;
  return why_illegal(node.inputs, rule);
}

}  // namespace mininas
