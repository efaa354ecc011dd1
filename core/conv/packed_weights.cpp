#include "core/conv/packed_weights.h"

#include <algorithm>

#include "core/conv/winograd.h"

namespace mininas {
namespace {

template <class At>
PackedWeights pack(int64_t steps, int64_t columns, const At& at) {
  const int64_t panels = (columns + PackedWeights::kPanel - 1) / PackedWeights::kPanel;
  PackedWeights packed{Tensor::zeros({panels, std::max<int64_t>(steps, 1), 1, PackedWeights::kPanel}), steps};
  for (int64_t first = 0; first < columns; first += PackedWeights::kPanel) {
    float* out = packed.values.data() + first / PackedWeights::kPanel * packed.panel();
    const int64_t end = std::min(columns, first + PackedWeights::kPanel);
    for (int64_t step = 0; step < steps; ++step, out += PackedWeights::kPanel)
      for (int64_t column = first; column < end; ++column) out[column - first] = at(step, column);
  }
  return packed;
}

}  // namespace

PackedWeights pack_forward(const ConvGeometry& g, const Tensor& weight) {
  const int64_t steps = int64_t{g.kernel} * g.kernel * g.in_c;
  return pack(steps, g.out_c, [&](int64_t step, int64_t column) { return weight.data()[column * steps + step]; });
}

GradientPhase phase_of(const ConvGeometry& g, int64_t remainder) {
  const int64_t taps = (g.kernel - remainder + g.stride - 1) / g.stride;
  const int64_t first = (remainder + g.stride - g.padding() % g.stride) % g.stride;
  return {.first = first, .taps = taps, .start = (first + g.padding()) / g.stride - (taps - 1)};
}

std::vector<PackedWeights> pack_backward(const ConvGeometry& g, const Tensor& weight) {
  std::vector<PackedWeights> phases;
  for (int64_t row = 0; row < g.stride; ++row)
    for (int64_t column = 0; column < g.stride; ++column) {
      const int64_t high = phase_of(g, row).taps, wide = phase_of(g, column).taps;
      phases.push_back(pack(high * wide * g.out_c, g.in_c, [&](int64_t step, int64_t in) {
        const int64_t tap = step / g.out_c, out = step % g.out_c;
        const int64_t ky = row + g.stride * (high - 1 - tap / wide), kx = column + g.stride * (wide - 1 - tap % wide);
        return weight.data()[((out * g.kernel + ky) * g.kernel + kx) * g.in_c + in];
      }));
    }
  return phases;
}

bool gradient_is_transposed(const ConvGeometry& g) {
  if (takes_winograd(g)) return false;
  const auto filled = [](int64_t columns) {  // share of the vector lanes that hold columns
    return static_cast<double>(columns) /
           static_cast<double>((columns + PackedWeights::kPanel - 1) / PackedWeights::kPanel);
  };
  return filled(g.out_c) > filled(g.kernel * g.in_c);
}

Tensor gradient_as_weight(const ConvGeometry& g, const float* sums) {
  const Shape shape = g.weight();
  Tensor gradient = Tensor::uninitialized(shape);
  const int64_t steps = shape.size() / g.out_c;
  if (!gradient_is_transposed(g)) {
    std::copy_n(sums, shape.size(), gradient.data());
    return gradient;
  }
  for (int64_t out = 0; out < g.out_c; ++out)
    for (int64_t step = 0; step < steps; ++step) gradient.data()[out * steps + step] = sums[step * g.out_c + out];
  return gradient;
}

Tensor flip_depthwise(const Tensor& weight) {
  const Shape s = weight.shape();
  Tensor flipped = Tensor::uninitialized(s);
  for (int64_t ky = 0; ky < s.h; ++ky)
    for (int64_t kx = 0; kx < s.w; ++kx)
      for (int64_t c = 0; c < s.c; ++c) flipped.at(0, ky, kx, c) = weight.at(0, s.h - 1 - ky, s.w - 1 - kx, c);
  return flipped;
}

}  // namespace mininas
