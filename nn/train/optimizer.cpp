#include "nn/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/kernels/kernels.h"
#include "core/portable_math.h"

namespace mininas {

SgdOptimizer::SgdOptimizer(std::vector<Parameter*> parameters, float momentum, float weight_decay, float clip_norm)
    : parameters_(std::move(parameters)), momentum_(momentum), weight_decay_(weight_decay), clip_norm_(clip_norm) {
  for (const Parameter* p : parameters_) velocities_.push_back(Tensor::zeros(p->value.shape()));
}

float SgdOptimizer::clip_factor() const {
  if (clip_norm_ <= 0.0f) return 1.0f;
  double squares = 0.0;
  for (const Parameter* p : parameters_)
    if (!p->gradient.empty()) squares += kernels().sum_squares(p->gradient.data(), p->gradient.size());
  return static_cast<float>(std::min(1.0, double{clip_norm_} / (std::sqrt(squares) + 1e-6)));
}

void SgdOptimizer::step(float learning_rate) {
  const float clip = clip_factor();
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = *parameters_[i];
    if (p.gradient.empty()) continue;
    kernels().sgd(p.value.data(), p.gradient.data(), velocities_[i].data(), p.value.size(), learning_rate, momentum_,
                  weight_decay_, clip);
    p.gradient = {};
  }
}

double cosine_rate(double base, int position, int epochs) {
  return base * 0.5 * (1.0 + portable_cos(std::numbers::pi * position / epochs));
}

}  // namespace mininas
