// LayerSpec: one layer of a network as plain data. A layer is what the device executes as one layer: an operation, the
// batch norm after it and the ReLU after that. (The paper's networks put ReLU before each convolution. They are the
// same networks as here, where each ReLU is counted with the layer before it.) What the attributes mean and which
// values are legal depends on the kind: operation.h.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// kRelu is a layer of its own, for a tensor that some readers take rectified and others unchanged. If all readers take
// it rectified, set `relu` of the layer that computes it instead, which costs nothing.
enum class LayerKind { kConv, kDepthwise, kGlobalAveragePool, kLinear, kAdd, kRelu };
constexpr int kLayerKinds = 6;

const char* to_text(LayerKind kind);  // "conv", "depthwise", "pool", "linear", "add", "relu"
bool has_weights(LayerKind kind);

constexpr int kImage = -1;  // as an input index: the image

struct LayerSpec {
  std::string name;  // unique in its network: "stem", "layer3.depthwise"
  LayerKind kind = LayerKind::kConv;
  // indices of the layers whose outputs this layer reads, or kImage; all smaller than its own index
  std::vector<int> inputs = {kImage};
  int out_channels = 1;  // equal to the first input's, except for kConv and kLinear
  int kernel = 1;        // square; each side is padded by (kernel - 1) / 2
  int stride = 1;
  bool bias = false;        // the layer adds a bias to each channel
  bool batch_norm = false;  // a norm with gamma and beta per channel follows
  bool relu = false;        // the output is rectified, for all its readers

  int input() const { return inputs.front(); }  // the first input; most kinds have only one
  bool operator==(const LayerSpec&) const = default;
};

// Whether the layer's output is never negative: because a ReLU follows, or because of the operation itself.
bool rectifies(const LayerSpec& layer);

// Calls visit(name, value) for every attribute except name, kind and inputs, in the order in which files store them.
// `layer` may be const.
template <class Layer, class Visit>
void visit_attributes(Layer& layer, const Visit& visit) {
  visit("out_channels", layer.out_channels);
  visit("kernel", layer.kernel);
  visit("stride", layer.stride);
  visit("bias", layer.bias);
  visit("batch_norm", layer.batch_norm);
  visit("relu", layer.relu);
}

}  // namespace mininas
