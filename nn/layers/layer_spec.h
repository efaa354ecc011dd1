// LayerSpec: one layer of a network as plain data. A layer is what one device layer is: an operation together with the
// batch norm behind it and the ReLU behind that. (The paper's family puts ReLU before a convolution; the same network
// reads "conv, norm, ReLU" when each ReLU is booked with the layer before it.) What the numbers mean and what they may
// be depends on the kind: operation.h.
#pragma once
#include <string>
#include <vector>

namespace mininas {

// kRelu is a layer of its own for a tensor that some readers take rectified and others as it is; where all take it
// rectified, `relu` of the layer that makes it costs nothing.
enum class LayerKind { kConv, kDepthwise, kGlobalAveragePool, kLinear, kAdd, kRelu };
constexpr int kLayerKinds = 6;

const char* to_text(LayerKind kind);  // "conv", "depthwise", "pool", "linear", "add", "relu"
bool has_weights(LayerKind kind);

constexpr int kImage = -1;  // as an input: the image itself

struct LayerSpec {
  std::string name;  // unique in its network: "stem", "layer3.depthwise"
  LayerKind kind = LayerKind::kConv;
  std::vector<int> inputs = {kImage};  // indices of the layers whose outputs this one reads; all smaller than its own
  int out_channels = 1;                // but for kConv and kLinear: equal to the input's
  int kernel = 1;                      // square; padding is (kernel - 1) / 2 on each side, symmetric
  int stride = 1;
  bool bias = false;        // a bias of its own (kLinear)
  bool batch_norm = false;  // gamma and beta a channel
  bool relu = false;        // on the output: all readers see it

  int input() const { return inputs.front(); }  // the first; of most kinds the only one
  bool operator==(const LayerSpec&) const = default;
};

// Whether its output is clamped at 0: by a ReLU behind it, or by itself.
bool rectifies(const LayerSpec& layer);

// visit(name, value) of everything beside name, kind and inputs, in the order in which files hold it. `layer` may be
// const.
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
