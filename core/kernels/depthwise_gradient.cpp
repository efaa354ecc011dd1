// Everything that flows back through a 3x3 depthwise convolution with stride 1 into a normed input, in one pass over its pixels. An input
// pixel meets the nine gradients around it once: they make its own gradient, and times its value they are its share of the nine weights'
// gradients. Weights, their gradients and the sums of the norm below stay in registers, 27 of 32.
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

constexpr int kKernel = DepthwiseGradient::kKernel, kTaps = kKernel * kKernel;

struct TapVectors {
  F16 tap[kTaps];

  static MN_INLINE TapVectors load(const float* p, int64_t channels) {
    TapVectors v;
    MN_UNROLL for (int t = 0; t < kTaps; ++t) v.tap[t] = F16::load(p + t * channels);
    return v;
  }
};

// One group of channels.
template <bool kRelu>
MN_INLINE void channel_group(const DepthwiseGradient& d, int64_t c, int lanes) {
  const int64_t channels = d.x.channels;
  const TapVectors weights = TapVectors::load(d.flipped + c, channels);
  TapVectors gradients = TapVectors::load(d.gradient + c, channels);
  const F16 scale = F16::load(d.x.scale + c), shift = F16::load(d.x.shift + c), mean = F16::load(d.mean + c);
  F16 sum = F16::load(d.sum + c), products = F16::load(d.products + c);
  for (int64_t y = 0; y * d.width < d.x.pixels; ++y) {
    const float* around = d.spread + y * d.spread_row + c;
    const int64_t row = y * d.width * channels + c;
    for (int64_t at = row, end = row + d.width * channels; at != end; at += channels, around += channels) {
      const F16 x = F16::load(d.x.x + at), normed = multiply_add(x, scale, shift), z = kRelu ? relu(normed) : normed;
      F16 g = F16::zero();
      MN_UNROLL for (int t = 0; t < kTaps; ++t) {
        const F16 dy = F16::load(around + t / kKernel * d.spread_row + t % kKernel * channels);
        g = multiply_add(dy, weights.tap[t], g);
        F16& gradient = gradients.tap[kTaps - 1 - t];
        gradient = multiply_add(z, dy, gradient);
      }
      if (kRelu) g = where_positive(normed, g);
      sum = sum + g;
      products = multiply_add(g, x - mean, products);
      if (d.stream)
        g.stream(d.g + at);
      else
        g.store_first(d.g + at, lanes);
    }
  }
  MN_UNROLL for (int t = 0; t < kTaps; ++t) gradients.tap[t].store_first(d.gradient + t * channels + c, lanes);
  sum.store_first(d.sum + c, lanes);
  products.store_first(d.products + c, lanes);
}

}  // namespace

void depthwise_gradient(const DepthwiseGradient& d) {
  for_channel_groups(d.x.channels, [&](int64_t c, int lanes) {
    if (d.x.relu)
      channel_group<true>(d, c, lanes);
    else
      channel_group<false>(d, c, lanes);
  });
  if (d.stream) settle_streams();
}

}  // namespace mininas::MN_ISA
