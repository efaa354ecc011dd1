// The gradient of a function by definition, to check gradients that were derived by hand:
//   d f / d x[i] ~ (f(x + h e_i) - f(x - h e_i)) / (2 h)
// In double with h = 1e-5 the error is about h^2 from the third derivative and 1e-16 / h from rounding, both near
// 1e-10. kGradientTolerance leaves room for sums, and any wrong term is far larger. The function must be smooth within
// h of x, so ReLU inputs must not be near 0.
#pragma once
#include <functional>
#include <vector>

namespace mininas::test {

constexpr double kGradientTolerance = 1e-7;

inline std::vector<double> central_differences(const std::function<double(const std::vector<double>&)>& f,
                                               std::vector<double> x) {
  constexpr double kStep = 1e-5;
  std::vector<double> gradient(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const double here = x[i];
    x[i] = here + kStep;
    const double above = f(x);
    x[i] = here - kStep;
    const double below = f(x);
    x[i] = here;
    gradient[i] = (above - below) / (2.0 * kStep);
  }
  return gradient;
}

// A loss for functions with many outputs: sum of weights[i] * y[i]. Its gradient with respect to y is `weights`.
inline double projection(const std::vector<double>& weights, const std::vector<double>& y) {
  double sum = 0.0;
  for (size_t i = 0; i < y.size(); ++i) sum += weights[i] * y[i];
  return sum;
}

}  // namespace mininas::test
