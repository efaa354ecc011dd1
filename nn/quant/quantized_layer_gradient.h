// The gradients of one convolution, depthwise or linear layer of a quantised network, image by image, with the float
// kernels of float training (core/conv/products.h). Their definition is in quantized_gradients.h. Internal to nn.
#pragma once
#include <vector>

#include "core/conv/products.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

class QuantizedLayerGradient {
 public:
  // Prepares the weights of the backward pass of layer `index`. The model must outlive this object.
  QuantizedLayerGradient(const QuantizedModel& model, int index);

  // Number of floats that run() adds to: the weight gradient (in the order of core/conv/packed_weights.h), then the
  // bias.
  int64_t sums_size() const { return weight_size_ + geometry_.out_c; }
  Tensor weight_gradient(const float* sums) const;
  Tensor bias_gradient(const float* sums) const;

  // The buffers of one thread.
  struct Workspace {
    Tensor x, dy;  // with their borders
  };
  void reserve(Workspace& workspace) const;

  // Processes one image: x and y are the bytes of its input and output, g is the gradient of the output, which is
  // masked in place. Adds to `sums`, and writes the gradient of the input to dx unless dx is null.
  void run(const uint8_t* x, const uint8_t* y, float* g, float* sums, float* dx, Workspace& workspace) const;

 private:
  bool is_pointwise() const { return !depthwise_ && geometry_.kernel == 1 && geometry_.stride == 1; }
  int64_t padded_width() const { return geometry_.in_w + 2 * geometry_.padding(); }
  // The dilated output gradient that the input gradient reads: its pixels are `step` apart, with a border around them
  // (core/fused/fused_conv_bands.h).
  int64_t dilated_step() const { return depthwise_ ? geometry_.stride : 1; }
  int64_t dilated_border() const {
    return depthwise_ ? geometry_.kernel - 1 - geometry_.padding() : gradient_border(geometry_);
  }
  int64_t dilated_width() const {
    return depthwise_ ? geometry_.in_w + geometry_.kernel - 1 : geometry_.out_w() + 2 * dilated_border();
  }
  int64_t dilated_height() const {
    return depthwise_ ? geometry_.in_h + geometry_.kernel - 1 : geometry_.out_h() + 2 * dilated_border();
  }

  const float* real_input(const uint8_t* x, float* padded) const;
  const float* dilated_gradient(const float* dy, float* padded) const;
  void add_weight_gradient(const float* x, const float* dy, float* sums) const;
  void input_gradient(const float* dy, float* dx, Workspace& workspace) const;

  ConvGeometry geometry_;  // of one image
  bool depthwise_;
  int low_, high_;  // clamp of the output, as bytes
  float in_zero_, in_scale_;
  int64_t weight_size_;
  Tensor flipped_;                     // depthwise: the real weights, flipped
  std::vector<PackedWeights> packed_;  // otherwise: the real weights, flipped and transposed
};

}  // namespace mininas
