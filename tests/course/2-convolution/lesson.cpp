// Lesson 2: a convolution by its definition, what it finds in a picture, and what it costs.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/conv/convolution.h"
#include "core/rng.h"

using namespace mininas;

namespace {

// y[n,oy,ox,o] = sum over ky, kx, c of x[n, oy * stride + ky - padding, ox * stride + kx - padding, c] * w[o,ky,kx,c],
// where x is 0 outside of the image.
Tensor by_definition(const ConvGeometry& g, const Tensor& x, const Tensor& w) {
  Tensor y = Tensor::zeros(g.output());
  for (int64_t oy = 0; oy < g.out_h(); ++oy)
    for (int64_t ox = 0; ox < g.out_w(); ++ox)
      for (int64_t o = 0; o < g.out_c; ++o)
        for (int ky = 0; ky < g.kernel; ++ky)
          for (int kx = 0; kx < g.kernel; ++kx) {
            const int64_t iy = oy * g.stride + ky - g.padding(), ix = ox * g.stride + kx - g.padding();
            if (iy < 0 || iy >= g.in_h || ix < 0 || ix >= g.in_w) continue;
            for (int64_t c = 0; c < g.in_c; ++c) y.at(0, oy, ox, o) += x.at(0, iy, ix, c) * w.at(o, ky, kx, c);
          }
  return y;
}

Tensor random_tensor(const Shape& shape, Rng rng) {
  Tensor tensor = Tensor::zeros(shape);
  for (float& value : tensor.values()) value = rng.uniform(-1, 1);
  return tensor;
}

// One channel as characters.
void draw(const char* title, const Tensor& x) {
  std::printf("%s\n", title);
  for (int64_t row = 0; row < x.shape().h; ++row) {
    for (int64_t column = 0; column < x.shape().w; ++column) {
      const float value = x.at(0, row, column, 0);
      std::printf(" %c", value > 0 ? '#' : value < 0 ? '-' : '.');
    }
    std::printf("\n");
  }
}

}  // namespace

int main() {
  Tensor square = Tensor::zeros({1, 8, 12, 1});
  for (int row = 2; row < 6; ++row)
    for (int column = 3; column < 9; ++column) square.at(0, row, column, 0) = 1;
  Tensor edge = Tensor::zeros({1, 3, 3, 1});  // right neighbour minus left neighbour
  edge.at(0, 1, 0, 0) = -1, edge.at(0, 1, 2, 0) = 1;
  draw("a picture", square);
  draw("its left (#) and right (-) edges", by_definition(conv_geometry(square.shape(), edge.shape(), 1), square, edge));

  const Tensor x = random_tensor({1, 9, 7, 5}, Rng(1)), w = random_tensor({6, 3, 3, 5}, Rng(2));
  const ConvGeometry g = conv_geometry(x.shape(), w.shape(), 2);
  const Tensor slow = by_definition(g, x, w), fast = conv2d(g, x, w);
  float largest = 0;
  for (int64_t i = 0; i < slow.size(); ++i) largest = std::max(largest, std::abs(slow.data()[i] - fast.data()[i]));
  std::printf("%s, 3x3, stride 2 -> %s: %s\n", to_text(x.shape()).c_str(), to_text(fast.shape()).c_str(),
              largest < 1e-5f ? "the library computes the same" : "the library computes something else");

  const int64_t pixels = 32 * 32, standard = 9 * 64 * 64, separable = 9 * 64 + 64 * 64;
  std::printf("3x3, 64 to 64 channels, 32x32 pixels: standard %lld weights, %lld MACs\n", (long long)standard,
              (long long)(standard * pixels));
  std::printf("                                     separable %lld weights, %lld MACs\n", (long long)separable,
              (long long)(separable * pixels));
}
