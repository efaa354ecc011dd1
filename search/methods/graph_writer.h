// GraphWriter: writes the graph of a network that a method describes in its own terms, node by node, and knows every
// shape, which is what the methods' rules for unlike inputs need. All of a method's way from its genotype to a graph
// goes through these functions.
//
// Here, a value is read as it is: a convolution reads no ReLU unless one was written. What a graph cannot express yet
// is written by what comes nearest, in this file alone:
//   pools           depthwise convolutions of the same stride, which learn what to pool
//   concatenation   the sum of 1x1 convolutions to as many channels as all have together
//   more channels   a 1x1 convolution instead of zeros
//   linear layers   1x1 convolutions with a bias
//   kernels that    square ones of the larger extent
//   are not square
#pragma once
#include <string>
#include <vector>

#include "core/tensor.h"
#include "search/space/graph.h"

namespace mininas {

class GraphWriter {
 public:
  struct Value {
    std::string id = kImageId;
    ImageShape shape;
  };

  explicit GraphWriter(const ImageShape& image) : image_{kImageId, image} {}

  const Value& image() const { return image_; }
  // A convolution of odd kernel, padded to keep the size, with batch norm or with a bias.
  enum class Behind { kNorm, kBias };
  Value conv(const Value& in, int channels, int kernel, int stride = 1, Behind behind = Behind::kNorm);
  Value conv(const Value& in, int channels, int kernel_height, int kernel_width, int stride, Behind behind);
  // Depthwise, then 1x1.
  Value separable(const Value& in, int channels, int kernel, int stride = 1);
  Value relu(const Value& in);
  Value max_pool(const Value& in, int kernel = 2, int stride = 2);
  Value average_pool(const Value& in, int kernel = 2, int stride = 2);
  // Of values of equal shape. One alone is itself; equal ones count once.
  Value sum(const std::vector<Value>& in);
  // Of values of equal height and width.
  Value concatenation(const std::vector<Value>& in);
  // With `channels` channels, as many more as are missing or as many fewer.
  Value with_channels(const Value& in, int channels);
  // A hidden linear layer.
  Value linear(const Value& in, int units);

  // The network that ends with `output`: behind it come the global average pool and the classifier.
  Graph finish(const Value& output) const;

 private:
  // `name`: of the node; empty: the next number.
  Value append(const NodeOperation& operation, const std::vector<Value>& in, const ImageShape& shape);

  Value image_;
  std::vector<GraphNode> nodes_;
};

// 2x2 max pools in front of the larger of two values until both are equally large, and what that makes of them.
// Requires that halvings lead from one size to the other.
GraphWriter::Value halved_to(GraphWriter& writer, GraphWriter::Value value, int height);

}  // namespace mininas
