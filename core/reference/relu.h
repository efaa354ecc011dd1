// The definition of ReLU and of its gradient:  y = max(x, 0);  dx = dy where x > 0, else 0 (also at x = 0).
#pragma once
#include <cstddef>
#include <vector>

namespace mininas::reference {

template <class T>
std::vector<T> relu(const std::vector<T>& x) {
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = x[i] > T{0} ? x[i] : T{0};
  return y;
}

template <class T>
std::vector<T> relu_gradient(const std::vector<T>& x, const std::vector<T>& dy) {
  std::vector<T> dx(x.size());
  for (size_t i = 0; i < x.size(); ++i) dx[i] = x[i] > T{0} ? dy[i] : T{0};
  return dx;
}

}  // namespace mininas::reference
