// Backward pass of a convolution unit (core/fused/conv_unit.h). Internal to core.
#pragma once
#include "core/fused/unit_bands.h"

namespace mininas {

struct Unit {
  UnitGeometry geometry;
  NormedValue x;
  UnitWeights weights;
  Var raw;                     // its output
  std::shared_ptr<Norm> norm;  // of its output
};

// `g`: what the readers of the unit's output left on the tape. Adds the gradients of weights, gamma, beta and of the
// input.
void unit_backward(Tape& tape, const Unit& unit, const Tensor& g);

}  // namespace mininas
