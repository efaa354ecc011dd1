#include "core/packed_weights.h"

namespace mininas {
namespace {

template <class At>
PackedWeights pack(int64_t steps, int64_t columns, const At& at) {
  const int64_t panels = (columns + PackedWeights::kPanel - 1) / PackedWeights::kPanel;
  PackedWeights packed{Tensor::zeros({panels, steps, 1, PackedWeights::kPanel}), steps};
  for (int64_t column = 0; column < columns; ++column) {
    float* out = packed.values.data() + column / PackedWeights::kPanel * packed.panel() + column % PackedWeights::kPanel;
    for (int64_t step = 0; step < steps; ++step) out[step * PackedWeights::kPanel] = at(step, column);
  }
  return packed;
}

}  // namespace

PackedWeights pack_forward(const ConvGeometry& g, const Tensor& weight) {
  const int64_t steps = int64_t{g.kernel} * g.kernel * g.in_c;
  return pack(steps, g.out_c, [&](int64_t step, int64_t column) { return weight.data()[column * steps + step]; });
}

PackedWeights pack_backward(const ConvGeometry& g, const Tensor& weight) {
  const int64_t taps = int64_t{g.kernel} * g.kernel;
  return pack(taps * g.out_c, g.in_c, [&](int64_t step, int64_t column) {
    const int64_t tap = taps - 1 - step / g.out_c, channel = step % g.out_c;
    return weight.data()[(channel * taps + tap) * g.in_c + column];
  });
}

Tensor flip_depthwise(const Tensor& weight) {
  const Shape s = weight.shape();
  Tensor turned = Tensor::uninitialized(s);
  for (int64_t ky = 0; ky < s.h; ++ky)
    for (int64_t kx = 0; kx < s.w; ++kx)
      for (int64_t c = 0; c < s.c; ++c) turned.at(0, ky, kx, c) = weight.at(0, s.h - 1 - ky, s.w - 1 - kx, c);
  return turned;
}

}  // namespace mininas
