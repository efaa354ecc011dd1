// Stochastic gradient descent with momentum, weight decay and gradients clipped by their common norm (Pascanu et al.
// 2013), in PyTorch's form, which the published runs used:
//   g = gradient * min(1, clip / (norm + 1e-6)) + decay * w;  v = momentum * v + g;  w -= rate * v
// Also the cosine schedule of the learning rate (Loshchilov and Hutter 2017).
#pragma once
#include <vector>

#include "core/autograd/tape.h"

namespace mininas {

class SgdOptimizer {
 public:
  // The parameters must outlive the optimiser. `clip_norm` 0 means no clipping.
  SgdOptimizer(std::vector<Parameter*> parameters, float momentum, float weight_decay, float clip_norm);

  // Takes one step with the gradients accumulated in the parameters and clears them. Parameters without a gradient stay
  // unchanged.
  void step(float learning_rate);

  std::vector<Tensor>& velocities() { return velocities_; }  // one per parameter, for checkpoints

 private:
  float clip_factor() const;

  std::vector<Parameter*> parameters_;
  std::vector<Tensor> velocities_;
  float momentum_, weight_decay_, clip_norm_;
};

// base * (1 + cos(pi * position / epochs)) / 2, position in [0, epochs].
double cosine_rate(double base, int position, int epochs);

}  // namespace mininas
