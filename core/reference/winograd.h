// The definition of Winograd's F(2x2, 3x3), in which core/conv/winograd.h computes standard 3x3 convolutions of stride
// 1. In exact arithmetic it equals core/reference/convolution.h. Tile by tile:
//   y  = A^T ( sum over channels of (G w G^T) * (B^T d B) ) A
//   dw = G^T ( sum over tiles of (A dy A^T) * (B^T d B) ) G
// Here * multiplies element by element, d are the 4x4 pixels under a tile (zeros outside the image), and dy are the
// gradients of its 2x2 outputs (zeros where there are none). T is float or double; arrays as in
// core/reference/convolution.h. Not optimised for speed.
#pragma once
#include <algorithm>
#include <array>

#include "core/reference/convolution.h"

namespace mininas::reference {

template <class T, size_t kRows, size_t kColumns>
using Matrix = std::array<std::array<T, kColumns>, kRows>;

template <class T>
constexpr Matrix<T, 4, 4> kWinogradInput = {{{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}}};  // B^T
template <class T>
constexpr Matrix<T, 4, 3> kWinogradWeights = {
    {{1, 0, 0}, {T(0.5), T(0.5), T(0.5)}, {T(0.5), T(-0.5), T(0.5)}, {0, 0, 1}}};  // G
template <class T>
constexpr Matrix<T, 2, 4> kWinogradOutput = {{{1, 1, 1, 0}, {0, 1, -1, -1}}};  // A^T

template <class T, size_t kRows, size_t kColumns>
Matrix<T, kColumns, kRows> transposed(const Matrix<T, kRows, kColumns>& m) {
  Matrix<T, kColumns, kRows> t{};
  for (size_t r = 0; r < kRows; ++r)
    for (size_t c = 0; c < kColumns; ++c) t[c][r] = m[r][c];
  return t;
}

// side x middle x side^T
template <class T, size_t kOut, size_t kIn>
Matrix<T, kOut, kOut> from_both_sides(const Matrix<T, kOut, kIn>& side, const Matrix<T, kIn, kIn>& middle) {
  Matrix<T, kOut, kOut> result{};
  for (size_t r = 0; r < kOut; ++r)
    for (size_t c = 0; c < kOut; ++c)
      for (size_t i = 0; i < kIn; ++i)
        for (size_t j = 0; j < kIn; ++j) result[r][c] += side[r][i] * middle[i][j] * side[c][j];
  return result;
}

// kSize x kSize pixels of one channel, starting at (y, x), with zeros outside the image.
template <size_t kSize, class T>
Matrix<T, kSize, kSize> patch(const Shape& s, const std::vector<T>& pixels, int64_t n, int64_t y, int64_t x,
                              int64_t c) {
  Matrix<T, kSize, kSize> found{};
  for (int64_t r = 0; r < int64_t{kSize}; ++r)
    for (int64_t k = 0; k < int64_t{kSize}; ++k)
      if (y + r >= 0 && y + r < s.h && x + k >= 0 && x + k < s.w)
        found[static_cast<size_t>(r)][static_cast<size_t>(k)] = pixels[element_index(s, n, y + r, x + k, c)];
  return found;
}

template <class T>
void add_product(const Matrix<T, 4, 4>& a, const Matrix<T, 4, 4>& b, Matrix<T, 4, 4>& sum) {
  for (size_t r = 0; r < 4; ++r)
    for (size_t c = 0; c < 4; ++c) sum[r][c] += a[r][c] * b[r][c];
}

template <class Tile>
void for_each_tile(const ConvGeometry& g, const Tile& tile) {
  for (int64_t n = 0; n < g.batch; ++n)
    for (int64_t y = 0; y < g.out_h(); y += 2)
      for (int64_t x = 0; x < g.out_w(); x += 2) tile(n, y, x);
}

// Requires in all three: kernel 3, stride 1.
template <class T>
std::vector<T> winograd(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& weight) {
  std::vector<T> y = zeros<T>(g.output());
  for_each_tile(g, [&](int64_t n, int64_t top, int64_t left) {
    for (int64_t out = 0; out < g.out_c; ++out) {
      Matrix<T, 4, 4> sum{};
      for (int64_t in = 0; in < g.in_c; ++in)
        add_product(from_both_sides(kWinogradWeights<T>, patch<3>(g.weight(), weight, out, 0, 0, in)),
                    from_both_sides(kWinogradInput<T>, patch<4>(g.input(), x, n, top - 1, left - 1, in)), sum);
      const auto made = from_both_sides(kWinogradOutput<T>, sum);
      for (int64_t r = 0; r < std::min<int64_t>(2, g.out_h() - top); ++r)
        for (int64_t c = 0; c < std::min<int64_t>(2, g.out_w() - left); ++c)
          y[element_index(g.output(), n, top + r, left + c, out)] =
              made[static_cast<size_t>(r)][static_cast<size_t>(c)];
    }
  });
  return y;
}

// The same algorithm over the output gradient, with the kernel flipped and its channels transposed.
template <class T>
std::vector<T> winograd_input_gradient(const ConvGeometry& g, const std::vector<T>& dy, const std::vector<T>& weight) {
  ConvGeometry back = g;
  std::swap(back.in_c, back.out_c);
  std::vector<T> flipped = zeros<T>(back.weight());
  for (int64_t out = 0; out < g.out_c; ++out)
    for (int64_t ky = 0; ky < 3; ++ky)
      for (int64_t kx = 0; kx < 3; ++kx)
        for (int64_t in = 0; in < g.in_c; ++in)
          flipped[element_index(back.weight(), in, 2 - ky, 2 - kx, out)] =
              weight[element_index(g.weight(), out, ky, kx, in)];
  return winograd(back, dy, flipped);
}

template <class T>
std::vector<T> winograd_weight_gradient(const ConvGeometry& g, const std::vector<T>& x, const std::vector<T>& dy) {
  std::vector<T> dweight = zeros<T>(g.weight());
  for (int64_t out = 0; out < g.out_c; ++out)
    for (int64_t in = 0; in < g.in_c; ++in) {
      Matrix<T, 4, 4> sum{};
      for_each_tile(g, [&](int64_t n, int64_t top, int64_t left) {
        add_product(from_both_sides(transposed(kWinogradOutput<T>), patch<2>(g.output(), dy, n, top, left, out)),
                    from_both_sides(kWinogradInput<T>, patch<4>(g.input(), x, n, top - 1, left - 1, in)), sum);
      });
      const auto made = from_both_sides(transposed(kWinogradWeights<T>), sum);
      for (int64_t ky = 0; ky < 3; ++ky)
        for (int64_t kx = 0; kx < 3; ++kx)
          dweight[element_index(g.weight(), out, ky, kx, in)] = made[static_cast<size_t>(ky)][static_cast<size_t>(kx)];
    }
  return dweight;
}

}  // namespace mininas::reference
