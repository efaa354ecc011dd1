// The definition of a pool over windows and of its gradients. Padding takes no part.
//   max      y = the largest x under the window;  the first largest one, row by row, receives dy
//   average  y = the sum of the n values of x inside the image / n;  each of them receives dy / n
// x is NHWC with the shape `in`, y with the shape `out`.
#pragma once
#include <cstddef>
#include <vector>

#include "core/conv/window.h"
#include "core/tensor.h"

namespace mininas::reference {

// Of each element of y: the indices of the elements of x under its window, row by row.
inline std::vector<std::vector<size_t>> pooled_elements(const Window& window, const Shape& in, const Shape& out) {
  const int64_t top = window.padded ? (window.height - 1) / 2 : 0, left = window.padded ? (window.width - 1) / 2 : 0;
  std::vector<std::vector<size_t>> elements(static_cast<size_t>(out.size()));
  for (int64_t i = 0; i < out.size(); ++i) {
    const int64_t c = i % out.c, ox = i / out.c % out.w, oy = i / out.c / out.w % out.h, n = i / out.c / out.w / out.h;
    for (int64_t ky = 0; ky < window.height; ++ky)
      for (int64_t kx = 0; kx < window.width; ++kx) {
        const int64_t y = oy * window.stride + ky - top, x = ox * window.stride + kx - left;
        if (y >= 0 && y < in.h && x >= 0 && x < in.w)
          elements[static_cast<size_t>(i)].push_back(static_cast<size_t>(((n * in.h + y) * in.w + x) * in.c + c));
      }
  }
  return elements;
}

// The first of the largest.
template <class T>
size_t largest_of(const std::vector<T>& x, const std::vector<size_t>& elements) {
  size_t largest = elements.front();
  for (const size_t i : elements)
    if (x[i] > x[largest]) largest = i;
  return largest;
}

template <class T>
std::vector<T> max_pool(const Window& window, const Shape& in, const Shape& out, const std::vector<T>& x) {
  std::vector<T> y;
  for (const auto& elements : pooled_elements(window, in, out)) y.push_back(x[largest_of(x, elements)]);
  return y;
}

template <class T>
std::vector<T> max_pool_gradient(const Window& window, const Shape& in, const Shape& out, const std::vector<T>& x,
                                 const std::vector<T>& dy) {
  std::vector<T> dx(static_cast<size_t>(in.size()));
  const auto elements = pooled_elements(window, in, out);
  for (size_t i = 0; i < dy.size(); ++i) dx[largest_of(x, elements[i])] += dy[i];
  return dx;
}

template <class T>
std::vector<T> average_pool(const Window& window, const Shape& in, const Shape& out, const std::vector<T>& x) {
  std::vector<T> y;
  for (const auto& elements : pooled_elements(window, in, out)) {
    T sum{0};
    for (const size_t i : elements) sum += x[i];
    y.push_back(sum / static_cast<T>(elements.size()));
  }
  return y;
}

template <class T>
std::vector<T> average_pool_gradient(const Window& window, const Shape& in, const Shape& out,
                                     const std::vector<T>& dy) {
  std::vector<T> dx(static_cast<size_t>(in.size()));
  const auto elements = pooled_elements(window, in, out);
  for (size_t i = 0; i < dy.size(); ++i)
    for (const size_t element : elements[i]) dx[element] += dy[i] / static_cast<T>(elements[i].size());
  return dx;
}

}  // namespace mininas::reference
