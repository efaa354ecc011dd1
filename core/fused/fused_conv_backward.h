// The backward pass of a fused convolution (core/fused/fused_conv.h). Internal to core.
#pragma once
#include "core/fused/fused_conv_bands.h"

namespace mininas {

struct FusedConv {
  FusedConvGeometry geometry;
  NormedValue x;
  FusedConvWeights weights;
  Var raw;                     // the output
  std::shared_ptr<Norm> norm;  // of the output
};

// Adds the gradients of the weights, of gamma and beta, and of the input. `g`: the tape gradient of the output, which
// its readers have accumulated.
void fused_conv_backward(Tape& tape, const FusedConv& conv, const Tensor& g);

}  // namespace mininas
