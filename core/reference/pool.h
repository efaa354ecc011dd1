// The definition of the global average pool and of its gradient, over the p pixels of an image:
//   y[n,c] = sum over pixels of x[n,pixel,c] / p;  dx[n,pixel,c] = dy[n,c] / p
// x is NHWC with the given shape, y is [n][c].
#pragma once
#include <cstddef>
#include <vector>

#include "core/tensor.h"

namespace mininas::reference {

// The index in y of the average to which element i of x belongs.
inline size_t pooled_index(const Shape& shape, size_t i) {
  const size_t channels = static_cast<size_t>(shape.c), image = static_cast<size_t>(shape.h * shape.w * shape.c);
  return i / image * channels + i % channels;
}

template <class T>
std::vector<T> global_average_pool(const Shape& shape, const std::vector<T>& x) {
  std::vector<T> y(static_cast<size_t>(shape.n * shape.c));
  for (size_t i = 0; i < x.size(); ++i) y[pooled_index(shape, i)] += x[i] / static_cast<T>(shape.h * shape.w);
  return y;
}

template <class T>
std::vector<T> global_average_pool_gradient(const Shape& shape, const std::vector<T>& dy) {
  std::vector<T> dx(static_cast<size_t>(shape.size()));
  for (size_t i = 0; i < dx.size(); ++i) dx[i] = dy[pooled_index(shape, i)] / static_cast<T>(shape.h * shape.w);
  return dx;
}

}  // namespace mininas::reference
