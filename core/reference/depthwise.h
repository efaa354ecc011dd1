// The definition of a depthwise convolution, in which output channel c depends on input channel c alone, and of its two
// gradients:
//   y[n,oy,ox,c] = sum over ky, kx of  x[n, oy * stride + ky - padding, ox * stride + kx - padding, c] * w[0,ky,kx,c]
// core/reference/convolution.h explains windows, layouts and gradients. Requires: in_c == out_c.
#pragma once
#include "core/reference/convolution.h"

namespace mininas::reference {

// Calls product(x, w, y) for each product x * w that is added to y, with the indices of the three elements.
template <class Product>
void for_each_depthwise_product(const ConvGeometry& g, const Product& product) {
  for_each_tap(g, [&](int64_t n, int64_t oy, int64_t ox, int ky, int kx, int64_t iy, int64_t ix) {
    for (int64_t c = 0; c < g.in_c; ++c)
      product(element_index(g.input(), n, iy, ix, c), element_index(g.depthwise_weight(), 0, ky, kx, c),
              element_index(g.output(), n, oy, ox, c));
  });
}

template <class T>
std::vector<T> depthwise(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& weight) {
  std::vector<T> y = zeros<T>(g.output());
  for_each_depthwise_product(g, [&](size_t in, size_t w, size_t out) { y[out] += x[in] * weight[w]; });
  return y;
}

template <class T>
std::vector<T> depthwise_input_gradient(const ConvGeometry& g, const std::vector<T>& dy, const std::vector<T>& weight) {
  std::vector<T> dx = zeros<T>(g.input());
  for_each_depthwise_product(g, [&](size_t in, size_t w, size_t out) { dx[in] += dy[out] * weight[w]; });
  return dx;
}

template <class T>
std::vector<T> depthwise_weight_gradient(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& dy) {
  std::vector<T> dweight = zeros<T>(g.depthwise_weight());
  for_each_depthwise_product(g, [&](size_t in, size_t w, size_t out) { dweight[w] += dy[out] * x[in]; });
  return dweight;
}

}  // namespace mininas::reference
