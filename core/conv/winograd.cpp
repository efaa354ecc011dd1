#include "core/conv/winograd.h"

#include <algorithm>

#include "core/conv/products.h"
#include "core/parallel.h"

namespace mininas {
namespace {

constexpr int64_t kPanel = PackedWeights::kPanel;
constexpr int64_t kTiles = 64;  // per band, where the image has that many

int64_t tiles_of(int64_t rows, int64_t width) { return (rows + 1) / 2 * ((width + 1) / 2); }
int64_t panels_of(int64_t columns) { return (columns + kPanel - 1) / kPanel; }

WinogradWeights empty_weights(int64_t steps, int64_t columns, bool flipped) {
  return {Tensor::zeros({kWinogradMatrices, panels_of(columns), steps, kPanel}), steps, columns, flipped};
}

}  // namespace

double winograd_share(const ConvGeometry& g) {
  return static_cast<double>(kWinogradMatrices * tiles_of(g.out_h(), g.out_w())) /
         static_cast<double>(9 * g.out_h() * g.out_w());
}

bool takes_winograd(const ConvGeometry& g) {
  constexpr int64_t kChannels = 12;  // with fewer, the transforms cost more than the multiplications save
  return g.kernel == 3 && g.stride == 1 && std::min(g.in_c, g.out_c) >= kChannels && winograd_share(g) < 1.0;
}

int64_t winograd_band_rows(const ConvGeometry& g) {
  const int64_t wide = (g.out_w() + 1) / 2;
  return std::min(2 * std::max<int64_t>(kTiles / wide, 1), g.out_h());
}

const float* WinogradWeights::matrix(int i) const {
  // Flipping w swaps the first and last rows of G w; the two rows between are symmetric.
  constexpr int kFlipped[4] = {3, 1, 2, 0};
  if (flipped) i = 4 * kFlipped[i / 4] + kFlipped[i % 4];
  return values.data() + i * (values.size() / kWinogradMatrices);
}

WinogradWeights winograd_backward(const ConvGeometry& g, const Tensor& weight) {
  WinogradWeights packed = empty_weights(g.out_c, g.in_c, true);
  kernels().winograd.weights(weight.data(), g.out_c, g.in_c, packed.values.size() / kWinogradMatrices,
                             packed.values.data());
  return packed;
}

WinogradWeights winograd_forward(const ConvGeometry& g, const Tensor& weight) {
  const WinogradWeights backward = winograd_backward(g, weight);
  WinogradWeights packed = empty_weights(g.in_c, g.out_c, false);
  const int64_t from_matrix = backward.values.size() / kWinogradMatrices,
                to_matrix = packed.values.size() / kWinogradMatrices;
  parallel_for(kWinogradMatrices, [&](int64_t i) {
    const float* from = backward.values.data() + i * from_matrix;
    float* to = packed.values.data() + i * to_matrix;
    for (int64_t in = 0; in < g.in_c; ++in)
      for (int64_t out = 0; out < g.out_c; ++out)
        to[(out / kPanel * g.in_c + in) * kPanel + out % kPanel] =
            from[(in / kPanel * g.out_c + out) * kPanel + in % kPanel];
  });
  return packed;
}

TileMatrices::TileMatrices(int64_t tiles, int64_t channel_count)
    : channels(channel_count), matrix((tiles * channel_count + 15) / 16 * 16 + 16) {
  values = Tensor::uninitialized({1, 1, kWinogradMatrices, matrix});
}

WinogradBand::WinogradBand(const WinogradWeights& weights, int64_t rows, int64_t width)
    : weights_(weights),
      width_(width),
      in_(tiles_of(rows, width), weights.steps),
      out_(tiles_of(rows, width), weights.columns) {}

void WinogradBand::convolve(const float* padded, int64_t rows, float* y, const Prefetch& prefetch) {
  const int64_t steps = weights_.steps, columns = weights_.columns;
  kernels().winograd.input({rows, width_, steps, (width_ + 2) * steps, in_.matrix}, padded, in_.at(0));
  for (int i = 0; i < kWinogradMatrices; ++i)
    kernels().product({.a = in_.at(i),
                       .a_row = steps,
                       .a_segment = 0,
                       .a_step = 1,
                       .b = weights_.matrix(i),
                       .b_panel = steps * kPanel,
                       .b_segment = 0,
                       .b_step = kPanel,
                       .c = out_.at(i),
                       .c_row = columns,
                       .rows = tiles_of(rows, width_),
                       .columns = columns,
                       .segments = 1,
                       .depth = steps,
                       .accumulate = false,
                       .prefetch = share_of(prefetch, i, kWinogradMatrices)});
  kernels().winograd.output({rows, width_, columns, width_ * columns, out_.matrix}, out_.at(0), y);
}

WinogradGradient::WinogradGradient(const ConvGeometry& g, int64_t rows)
    : geometry_(g),
      capacity_(std::max(kTiles, tiles_of(rows, g.out_w()))),
      in_(capacity_, g.in_c),
      out_(capacity_, g.out_c),
      sums_(g.out_c, g.in_c) {}

void WinogradGradient::add(const float* padded, const float* dy, int64_t rows) {
  const int64_t width = geometry_.out_w(), count = tiles_of(rows, width), in_c = geometry_.in_c,
                out_c = geometry_.out_c;
  if (tiles_ + count > capacity_) multiply();
  kernels().winograd.input({rows, width, in_c, (width + 2) * in_c, in_.matrix}, padded, in_.at(0, tiles_));
  kernels().winograd.output_gradient({rows, width, out_c, width * out_c, out_.matrix}, dy, out_.at(0, tiles_));
  tiles_ += count;
}

void WinogradGradient::multiply() {
  const int64_t in_c = geometry_.in_c, out_c = geometry_.out_c;
  for (int i = 0; i < kWinogradMatrices; ++i)
    kernels().product({.a = out_.at(i),
                       .a_row = 1,
                       .a_segment = 0,
                       .a_step = out_c,
                       .b = in_.at(i),
                       .b_panel = kPanel,
                       .b_segment = 0,
                       .b_step = in_c,
                       .c = sums_.at(i),
                       .c_row = in_c,
                       .rows = out_c,
                       .columns = in_c,
                       .segments = 1,
                       .depth = tiles_,
                       .accumulate = begun_});
  begun_ = true;
  tiles_ = 0;
}

void WinogradGradient::finish(float* gradient) {
  if (tiles_ > 0 || !begun_) multiply();
  kernels().winograd.weight_gradient(sums_.at(0), geometry_.out_c, geometry_.in_c, sums_.matrix, gradient);
}

}  // namespace mininas
