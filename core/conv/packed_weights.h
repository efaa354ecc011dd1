// Convolution weights in the order in which the matrix kernel reads them: panels of 16 columns,
// packed[panel][step][16], where `step` is the position in the reduction. They are packed once per training step and
// read by every task.
#pragma once
#include <vector>

#include "core/conv/convolution.h"

namespace mininas {

struct PackedWeights {
  static constexpr int64_t kPanel = 16;

  Tensor values;
  int64_t steps = 0;
  int64_t panel() const { return steps * kPanel; }  // floats between panels
};

// For the forward pass: column = output channel, step = (ky, kx, input channel), the memory order of OHWI.
PackedWeights pack_forward(const ConvGeometry& g, const Tensor& weight);

// For the input gradient dx of a strided convolution. Along one axis, only the taps with index = (position + padding)
// mod stride contribute to a position of dx. Positions with the same remainder form a phase, and each phase is a
// convolution of stride 1 over dy with fewer taps.
struct GradientPhase {
  int64_t first;  // the first position of dx in this phase
  int64_t taps;   // number of taps along this axis; 0 where the stride is larger than the kernel
  int64_t
      start;  // position in dy under the first tap of `first`; it grows by 1 when the position in dx grows by `stride`
};
GradientPhase phase_of(const ConvGeometry& g, int64_t remainder);

// The weights of each phase, at index (row remainder) * stride + (column remainder): column = input channel, step =
// (ky, kx, output channel) of the flipped kernel. A convolution of stride 1 has one phase.
std::vector<PackedWeights> pack_backward(const ConvGeometry& g, const Tensor& weight);

// Whether a weight gradient is summed in the transposed layout [ky][kx][in][out], with vectors along the output
// channels. That is the case where the output channels fill whole vectors better than a kernel row (kx, input channels)
// does.
bool gradient_is_transposed(const ConvGeometry& g);
// Converts the sums to OHWI.
Tensor gradient_as_weight(const ConvGeometry& g, const float* sums);

// A depthwise kernel, flipped in both axes, [1,k,k,c].
Tensor flip_depthwise(const Tensor& weight);

}  // namespace mininas
