#include "search/methods/graph_writer.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

int strided(int extent, int stride) { return (extent + stride - 1) / stride; }

ImageShape strided(const ImageShape& in, int stride, int channels) {
  return {strided(in.height, stride), strided(in.width, stride), channels};
}

bool same_node(const GraphWriter::Value& a, const GraphWriter::Value& b) { return a.id == b.id; }

}  // namespace

GraphWriter::Value GraphWriter::append(const NodeOperation& operation, const std::vector<Value>& in,
                                       const ImageShape& shape) {
  GraphNode node{text("n", nodes_.size() + 1), operation, {}};
  for (const Value& value : in) node.inputs.push_back(value.id);
  nodes_.push_back(node);
  return {node.id, shape};
}

GraphWriter::Value GraphWriter::conv(const Value& in, int channels, int kernel, int stride, Behind behind) {
  const NodeOperation operation{NodeKind::kConv, kernel, channels, stride, true, behind == Behind::kBias};
  return append(operation, {in}, strided(in.shape, stride, channels));
}

GraphWriter::Value GraphWriter::conv(const Value& in, int channels, int kernel_height, int kernel_width, int stride,
                                     Behind behind) {
  return conv(in, channels, std::max(kernel_height, kernel_width), stride, behind);
}

GraphWriter::Value GraphWriter::separable(const Value& in, int channels, int kernel, int stride) {
  return append({NodeKind::kSeparable, kernel, channels, stride, true}, {in}, strided(in.shape, stride, channels));
}

GraphWriter::Value GraphWriter::relu(const Value& in) {
  if (in.id == kImageId) return in;  // its values are not negative
  return append({NodeKind::kRelu}, {in}, in.shape);
}

GraphWriter::Value GraphWriter::max_pool(const Value& in, int kernel, int stride) {
  const int odd = kernel | 1;
  return append({NodeKind::kDepthwise, odd, 0, stride, true}, {in}, strided(in.shape, stride, in.shape.channels));
}

GraphWriter::Value GraphWriter::average_pool(const Value& in, int kernel, int stride) {
  return max_pool(in, kernel, stride);
}

GraphWriter::Value GraphWriter::sum(const std::vector<Value>& in) {
  std::vector<Value> terms;
  for (const Value& value : in)
    if (std::none_of(terms.begin(), terms.end(), [&](const Value& term) { return same_node(term, value); }))
      terms.push_back(value);
  if (terms.size() == 1) return terms.front();
  for (Value& term : terms)
    if (term.id == kImageId) term = conv(term, term.shape.channels, 1);  // a sum cannot read the image
  return append({NodeKind::kAdd}, terms, terms.front().shape);
}

GraphWriter::Value GraphWriter::concatenation(const std::vector<Value>& in) {
  if (in.size() == 1) return in.front();
  int channels = 0;
  for (const Value& value : in) channels += value.shape.channels;
  std::vector<Value> terms;
  for (const Value& value : in) terms.push_back(conv(value, channels, 1));
  return sum(terms);
}

GraphWriter::Value GraphWriter::with_channels(const Value& in, int channels) {
  return in.shape.channels == channels ? in : conv(in, channels, 1);
}

GraphWriter::Value GraphWriter::linear(const Value& in, int units) {
  return relu(conv(in, units, 1, 1, Behind::kBias));
}

Graph GraphWriter::finish(const Value& output) const {
  std::vector<GraphNode> nodes = nodes_;
  const auto last =
      std::find_if(nodes.begin(), nodes.end(), [&](const GraphNode& node) { return node.id == output.id; });
  MN_CHECK(last != nodes.end(), "a network cannot end with the image");
  std::rotate(last, last + 1, nodes.end());  // the output is the last node
  return Graph(nodes);
}

GraphWriter::Value halved_to(GraphWriter& writer, GraphWriter::Value value, int height) {
  while (value.shape.height > height) value = writer.max_pool(value);
  return value;
}

}  // namespace mininas
