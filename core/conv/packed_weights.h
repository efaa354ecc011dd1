// Convolution weights in the order the matrix kernel eats them: panels of 16 columns, packed[panel][step][16], `step`
// being the position in the reduction. Made once a step, read by every task.
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

// For y: column = output channel, step = (ky, kx, input channel), the memory order of OHWI.
PackedWeights pack_forward(const ConvGeometry& g, const Tensor& weight);

// For dx. A pixel of dx meets only the taps whose row and column have its own remainder by the stride, behind the
// padding: its phase. A phase is a convolution of stride 1 over dy, by fewer taps.
struct GradientPhase {
  int64_t first;  // the first position of dx that has it
  int64_t taps;   // along this axis; 0 where the stride is larger than the kernel
  int64_t
      start;  // of dy, under the first tap of `first`; the next position of the phase, `stride` further on, is one further on here
};
GradientPhase phase_of(const ConvGeometry& g, int64_t remainder);

// For each phase, rows' remainder x stride + columns' remainder: column = input channel, step = (ky, kx, output
// channel) with the kernel turned by half a circle. A convolution of stride 1 has one phase.
std::vector<PackedWeights> pack_backward(const ConvGeometry& g, const Tensor& weight);

// Weight gradients are summed with the vectors along the weights' last axis (a kernel row's input channels), or along
// the output channels where those fill vectors better: then the sums lie turned, [ky][kx][in][out].
bool gradient_is_turned(const ConvGeometry& g);
// The sums as OHWI.
Tensor gradient_as_weight(const ConvGeometry& g, const float* sums);

// A depthwise kernel turned by half a circle, [1,k,k,c].
Tensor flip_depthwise(const Tensor& weight);

}  // namespace mininas
