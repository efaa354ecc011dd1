// The definition of a step of gradient descent with momentum (Sutskever et al., ICML 2013, in the form that frameworks
// use), weight decay (Krogh and Hertz, NIPS 1991) and clipping by the global norm of all gradients (Pascanu et al.,
// ICML 2013):
//   clip = min(1, max_norm / (|gradient| + 1e-6)), with the same 1e-6 as PyTorch
//   g = clip * gradient + decay * value;  velocity = momentum * velocity + g;  value -= rate * velocity
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace mininas::reference {

// The clip factor for gradients whose squares sum to sum_squares. max_norm 0: no clipping.
template <class T>
T clip_factor(T sum_squares, T max_norm) {
  return max_norm > T{0} ? std::min(T{1}, max_norm / (std::sqrt(sum_squares) + static_cast<T>(1e-6))) : T{1};
}

template <class T>
struct SgdRates {
  T rate, momentum, decay, clip;
};

template <class T>
void sgd_step(const SgdRates<T>& s, const std::vector<T>& gradient, std::vector<T>& value, std::vector<T>& velocity) {
  for (size_t i = 0; i < value.size(); ++i) {
    const T g = s.clip * gradient[i] + s.decay * value[i];
    velocity[i] = s.momentum * velocity[i] + g;
    value[i] -= s.rate * velocity[i];
  }
}

}  // namespace mininas::reference
