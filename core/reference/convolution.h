// The definition of a standard convolution and of its two gradients. The fast kernels are tested against this code.
//   y[n,oy,ox,o] = sum over ky, kx, c of  x[n, oy * stride + ky - padding, ox * stride + kx - padding, c] *
//                                         w[o,ky,kx,c]
// with x = 0 outside the image (a cross-correlation, which every framework calls convolution). y is a sum of products
// x * w, so each gradient is a sum over the same products with the other factor: dx += dy * w and dw += dy * x.
// T is float or double; arrays are in the layouts of core/tensor.h (x, y NHWC; w OHWI). Not for speed.
#pragma once
#include <cstddef>
#include <vector>

#include "core/conv/convolution.h"

namespace mininas::reference {

template <class T>
std::vector<T> zeros(const Shape& shape) {
  return std::vector<T>(static_cast<size_t>(shape.size()), T{0});
}

// The index of an element in memory order.
inline size_t element_index(const Shape& s, int64_t n, int64_t h, int64_t w, int64_t c) {
  return static_cast<size_t>(((n * s.h + h) * s.w + w) * s.c + c);
}

// Calls tap(n, oy, ox, ky, kx, iy, ix) for each tap of each output pixel that lies inside the image.
template <class Tap>
void for_each_tap(const ConvGeometry& g, const Tap& tap) {
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t oy = 0; oy < g.out_h(); ++oy)
      for (int64_t ox = 0; ox < g.out_w(); ++ox)
        for (int ky = 0; ky < g.kernel; ++ky)
          for (int kx = 0; kx < g.kernel; ++kx) {
            const int64_t iy = oy * g.stride + ky - g.padding(), ix = ox * g.stride + kx - g.padding();
            if (iy >= 0 && iy < g.in_h && ix >= 0 && ix < g.in_w) tap(n, oy, ox, ky, kx, iy, ix);
          }
}

// Calls product(x, w, y) for each product x * w that is added to y, with the indices of the three elements.
template <class Product>
void for_each_product(const ConvGeometry& g, const Product& product) {
  for_each_tap(g, [&](int64_t n, int64_t oy, int64_t ox, int ky, int kx, int64_t iy, int64_t ix) {
    for (int64_t o = 0; o < g.out_c; ++o)
      for (int64_t c = 0; c < g.in_c; ++c)
        product(element_index(g.input(), n, iy, ix, c), element_index(g.weight(), o, ky, kx, c),
                element_index(g.output(), n, oy, ox, o));
  });
}

template <class T>
std::vector<T> conv2d(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& weight) {
  std::vector<T> y = zeros<T>(g.output());
  for_each_product(g, [&](size_t in, size_t w, size_t out) { y[out] += x[in] * weight[w]; });
  return y;
}

template <class T>
std::vector<T> conv2d_input_gradient(const ConvGeometry& g, const std::vector<T>& dy, const std::vector<T>& weight) {
  std::vector<T> dx = zeros<T>(g.input());
  for_each_product(g, [&](size_t in, size_t w, size_t out) { dx[in] += dy[out] * weight[w]; });
  return dx;
}

template <class T>
std::vector<T> conv2d_weight_gradient(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& dy) {
  std::vector<T> dweight = zeros<T>(g.weight());
  for_each_product(g, [&](size_t in, size_t w, size_t out) { dweight[w] += dy[out] * x[in]; });
  return dweight;
}

}  // namespace mininas::reference
