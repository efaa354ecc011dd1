// Solutions of lesson 2.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/conv/convolution.h"
#include "core/rng.h"

using namespace mininas;

namespace {

Tensor random_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = Tensor::zeros(shape);
  for (float& value : tensor.values()) value = rng.uniform(-1, 1);
  return tensor;
}

bool nearly_equal(const Tensor& a, const Tensor& b) {
  float largest = a.shape() == b.shape() ? 0.0f : 1.0f;
  for (int64_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
  return largest < 1e-4f;
}

// Exercise 1: how many rows come out?
void count_rows() {
  for (const int kernel : {1, 3, 5})
    for (const int stride : {1, 2}) {
      const ConvGeometry g = conv_geometry({1, 8, 8, 1}, {1, kernel, kernel, 1}, stride);
      std::printf("1. 8 rows, kernel %d, stride %d: %lld rows\n", kernel, stride, (long long)g.out_h());
    }
}

// Exercise 2: a separable convolution is a standard one with a special weight.
void compose_separable() {
  const Tensor x = random_tensor({1, 6, 6, 3}, Rng(1)), window = random_tensor({1, 3, 3, 3}, Rng(2));
  const Tensor mix = random_tensor({4, 1, 1, 3}, Rng(3));
  const Tensor filtered = depthwise(depthwise_geometry(x.shape(), window.shape(), 1), x, window);
  const Tensor separable = conv2d(conv_geometry(filtered.shape(), mix.shape(), 1), filtered, mix);
  Tensor product = Tensor::zeros({4, 3, 3, 3});
  for (int o = 0; o < 4; ++o)
    for (int ky = 0; ky < 3; ++ky)
      for (int kx = 0; kx < 3; ++kx)
        for (int c = 0; c < 3; ++c) product.at(o, ky, kx, c) = window.at(0, ky, kx, c) * mix.at(o, 0, 0, c);
  const Tensor standard = conv2d(conv_geometry(x.shape(), product.shape(), 1), x, product);
  std::printf("2. depthwise, then pointwise: %s\n",
              nearly_equal(separable, standard) ? "the same as one standard convolution" : "something else");
}

// Exercise 3: y is a sum of products x * w, so the gradient of w is a sum of products x * dy.
void derive_weight_gradient() {
  const Tensor x = random_tensor({1, 6, 5, 2}, Rng(1)), dy = random_tensor({1, 6, 5, 3}, Rng(2));
  const ConvGeometry g = conv_geometry(x.shape(), {3, 3, 3, 2}, 1);
  Tensor dw = Tensor::zeros(g.weight());
  for (int oy = 0; oy < 6; ++oy)
    for (int ox = 0; ox < 5; ++ox)
      for (int ky = 0; ky < 3; ++ky)
        for (int kx = 0; kx < 3; ++kx) {
          const int iy = oy + ky - 1, ix = ox + kx - 1;
          if (iy < 0 || iy >= 6 || ix < 0 || ix >= 5) continue;
          for (int o = 0; o < 3; ++o)
            for (int c = 0; c < 2; ++c) dw.at(o, ky, kx, c) += x.at(0, iy, ix, c) * dy.at(0, oy, ox, o);
        }
  std::printf("3. the gradient of the weights: %s\n",
              nearly_equal(dw, conv2d_weight_gradient(g, x, dy)) ? "as the library computes it" : "something else");
}

}  // namespace

int main() {
  count_rows();
  compose_separable();
  derive_weight_gradient();
}
