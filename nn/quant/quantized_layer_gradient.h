// The gradients of one convolution, depthwise or linear layer of a quantised network, image by image, by the float
// kernels that float training uses (core/conv/products.h). See quantized_gradients.h for what they are. Internal to nn.
#pragma once
#include <vector>

#include "core/conv/products.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

class QuantizedLayerGradient {
 public:
  // Makes the backward weights of layer `index`. The model outlives this.
  QuantizedLayerGradient(const QuantizedModel& model, int index);

  // Floats that run() adds its sums to: weights (as core/conv/packed_weights.h lays gradients out), then the bias.
  int64_t sums_size() const { return weight_size_ + geometry_.out_c; }
  Tensor weight_gradient(const float* sums) const;
  Tensor bias_gradient(const float* sums) const;

  // Memory that a thread works in.
  struct Workspace {
    Tensor x, dy;  // with their borders
  };
  void reserve(Workspace& workspace) const;

  // One image: bytes x and y of its input and output, g the gradient of the output, which is masked in place. Adds to
  // `sums`; writes the input's gradient to dx unless that is null.
  void run(const uint8_t* x, const uint8_t* y, float* g, float* sums, float* dx, Workspace& workspace) const;

 private:
  bool is_pointwise() const { return !depthwise_ && geometry_.kernel == 1 && geometry_.stride == 1; }
  int64_t padded_width() const { return geometry_.in_w + 2 * geometry_.padding(); }
  // Of the output gradient, as the input gradient reads it: pixels `step` apart with a border
  // (core/fused/fused_conv_bands.h).
  int64_t spread_step() const { return depthwise_ ? geometry_.stride : 1; }
  int64_t spread_border() const {
    return depthwise_ ? geometry_.kernel - 1 - geometry_.padding() : gradient_border(geometry_);
  }
  int64_t spread_width() const {
    return depthwise_ ? geometry_.in_w + geometry_.kernel - 1 : geometry_.out_w() + 2 * spread_border();
  }
  int64_t spread_height() const {
    return depthwise_ ? geometry_.in_h + geometry_.kernel - 1 : geometry_.out_h() + 2 * spread_border();
  }

  const float* real_input(const uint8_t* x, float* padded) const;
  const float* spread(const float* dy, float* padded) const;
  void add_weight_gradient(const float* x, const float* dy, float* sums) const;
  void input_gradient(const float* dy, float* dx, Workspace& workspace) const;

  ConvGeometry geometry_;  // of one image
  bool depthwise_;
  int low_, high_;  // bytes of the output's clamp
  float in_zero_, in_scale_;
  int64_t weight_size_;
  Tensor flipped_;                     // kDepthwise: the weights that the integers stand for, turned
  std::vector<PackedWeights> packed_;  // the others: turned and transposed
};

}  // namespace mininas
