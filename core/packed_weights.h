// Convolution weights in the order the matrix kernel eats them: panels of 16 columns, packed[panel][step][16], `step` being the position in
// the reduction. Made once a step, read by every task.
#pragma once
#include "core/convolution.h"

namespace mininas {

struct PackedWeights {
  static constexpr int64_t kPanel = 16;

  Tensor values;
  int64_t steps = 0;
  int64_t panel() const { return steps * kPanel; }  // floats between panels
};

// For y: column = output channel, step = (ky, kx, input channel), the memory order of OHWI.
PackedWeights pack_forward(const ConvGeometry& g, const Tensor& weight);

// For dx: column = input channel, step = (ky, kx, output channel) with the kernel turned by half a circle.
PackedWeights pack_backward(const ConvGeometry& g, const Tensor& weight);

// A depthwise kernel turned by half a circle, [1,k,k,c].
Tensor flip_depthwise(const Tensor& weight);

}  // namespace mininas
