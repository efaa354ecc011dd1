// All gradients of a depthwise convolution with a normalised input, in one pass over the input pixels. The output
// gradients around an input pixel are loaded once and used twice: weighted by the taps they give the gradient of the
// pixel, and multiplied by the pixel's value they give its terms of the weight gradients. With stride 2 only every
// second kernel row and column applies to a given pixel (packed_weights.h, GradientPhase); the other taps would
// multiply zeros. During one row, the weight gradients of its taps and the sums for the input's norm stay in registers.
#include <utility>

#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// Which outputs and taps apply to an input position along one axis. `remainder`: (position + padding) mod stride.
template <int kKernel, int kStride>
struct Axis {
  static constexpr int kPadding = (kKernel - 1) / 2;

  static constexpr int taps(int remainder) { return (kKernel - remainder + kStride - 1) / kStride; }
  static constexpr int remainder(int position) { return (position + kPadding) % kStride; }
  // The first and last output whose window covers `position`, for position < kStride. Both grow by one when the
  // position grows by kStride.
  static constexpr int first(int position) { return (position + kPadding) / kStride - (taps(remainder(position)) - 1); }
  static constexpr int last(int position) { return (position + kPadding) / kStride; }
};

// The state of one group of channels that is kept for all rows.
struct Group {
  const DepthwiseGradient& d;
  int64_t c;
  int lanes;
  F16 scale, shift, mean, sum, products;

  MN_INLINE Group(const DepthwiseGradient& of, int64_t channel, int count)
      : d(of),
        c(channel),
        lanes(count),
        scale(F16::load(d.x.scale + c)),
        shift(F16::load(d.x.shift + c)),
        mean(F16::load(d.mean + c)),
        sum(F16::load(d.sum + c)),
        products(F16::load(d.products + c)) {}
  MN_INLINE void store() const {
    sum.store_first(d.sum + c, lanes);
    products.store_first(d.products + c, lanes);
  }
};

// One row of the input for one group of channels. kPhase: the remainder of the kernel rows that apply to it.
template <int kKernel, int kStride, int kPhase, bool kRelu>
class Row {
  using A = Axis<kKernel, kStride>;
  static constexpr int kHigh = A::taps(kPhase), kTaps = kHigh * kKernel;

 public:
  // Pointers to the group's channels in the input row x, in the row g of its gradient, and in the first row of the
  // output gradient whose window covers that input row.
  MN_INLINE Row(Group& group, const float* x, const float* dy, float* g) : group_(group), x_(x), dy_(dy), g_(g) {
    MN_UNROLL for (int t = 0; t < kTaps; ++t) {
      weights_[t] = F16::load(group.d.weights + tap(t));
      gradients_[t] = F16::load(group.d.gradient + tap(t));
    }
  }

  // All pixels of the row, then stores the weight gradients. Pixels whose windows lie completely inside the output need
  // no checks; those at the edges do.
  MN_INLINE void run() {
    const int64_t width = group_.d.width, runs = (width + kStride - 1) / kStride;
    const int64_t begin = smaller<int64_t>(runs, -A::first(0)),
                  end = smaller(width / kStride, group_.d.out_width - A::last(kStride - 1));
    // Both edges in one loop: each text of `pixels` in the program costs seconds of the compiler's time.
    for (int64_t i = 0, edge = begin; i < runs; edge = runs) {
      for (; i < edge; ++i) pixels<true>(i, kColumns);
      for (; i < end; ++i) pixels<false>(i, kColumns);
    }
    MN_UNROLL for (int t = 0; t < kTaps; ++t) gradients_[t].store_first(group_.d.gradient + tap(t), group_.lanes);
  }

 private:
  static constexpr std::make_integer_sequence<int, kStride> kColumns{};

  // The offset of tap t in the kernel. t numbers the kernel rows in the order of the output rows, which is from the
  // bottom up.
  MN_INLINE int64_t tap(int t) const {
    const int row = kPhase + kStride * (kHigh - 1 - t / kKernel);
    return (row * kKernel + t % kKernel) * group_.d.x.channels + group_.c;
  }

  // kStride pixels, after which the pattern of taps repeats. At an edge (kEdge), some of them and some of the outputs
  // around them may not exist.
  template <bool kEdge, int... kPositions>
  MN_INLINE void pixels(int64_t run, std::integer_sequence<int, kPositions...>) {
    (pixel<kPositions, kEdge>(run), ...);
  }

  template <int kPosition, bool kEdge>
  MN_INLINE void pixel(int64_t run) {
    constexpr int kRemainder = A::remainder(kPosition), kWide = A::taps(kRemainder);
    const DepthwiseGradient& d = group_.d;
    const int64_t channels = d.x.channels, position = run * kStride + kPosition, output = run + A::first(kPosition);
    if (kEdge && position >= d.width) return;
    constexpr int kDistance = 16;  // pixels; the hardware prefetcher does not follow a group's scattered cache lines
    __builtin_prefetch(x_ + (position + kDistance) * channels);
    if (!d.stream) __builtin_prefetch(g_ + (position + kDistance) * channels, 1);
    const F16 x = F16::load(x_ + position * channels), normed = multiply_add(x, group_.scale, group_.shift);
    const F16 z = kRelu ? relu(normed) : normed;
    F16 g = F16::zero();
    MN_UNROLL for (int row = 0; row < kHigh; ++row) {
      const float* around = dy_ + (row * d.out_width + output) * channels;
      MN_UNROLL for (int column = 0; column < kWide; ++column) {
        const bool outside = kEdge && (output + column < 0 || output + column >= d.out_width);
        const F16 dy = outside ? F16::zero() : F16::load(around + column * channels);
        const int t = row * kKernel + kRemainder + kStride * (kWide - 1 - column);
        g = multiply_add(dy, weights_[t], g);
        gradients_[t] = multiply_add(z, dy, gradients_[t]);
      }
    }
    if (kRelu) g = where_positive(normed, g);
    group_.sum = group_.sum + g;
    group_.products = multiply_add(g, x - group_.mean, group_.products);
    if (d.stream)
      g.stream(g_ + position * channels);
    else
      g.store_first(g_ + position * channels, group_.lanes);
  }

  Group& group_;
  const float *x_, *dy_;
  float* g_;
  F16 weights_[kTaps], gradients_[kTaps];
};

template <int kKernel, int kStride, bool kRelu>
MN_INLINE void channel_group(const DepthwiseGradient& d, int64_t c, int lanes) {
  using A = Axis<kKernel, kStride>;
  Group group(d, c, lanes);
  const int64_t row = d.width * d.x.channels, out_row = d.out_width * d.x.channels;
  for (int64_t y = 0; y * d.width < d.x.pixels; ++y) {
    const int at = d.phase + static_cast<int>(y), phase = at % kStride;
    const float *x = d.x.x + y * row + c, *dy = d.dy + (at / kStride - A::taps(phase) + A::taps(d.phase)) * out_row + c;
    float* g = d.g + y * row + c;
    if (phase == 0)
      Row<kKernel, kStride, 0, kRelu>(group, x, dy, g).run();
    else
      Row<kKernel, kStride, kStride - 1, kRelu>(group, x, dy, g).run();
  }
  group.store();
}

template <int kKernel, int kStride>
void gradient(const DepthwiseGradient& d) {
  static_assert(DepthwiseGradient::exists(kKernel, kStride));
  for_channel_groups(d.x.channels, [&](int64_t c, int lanes) {
    if (d.x.relu)
      channel_group<kKernel, kStride, true>(d, c, lanes);
    else
      channel_group<kKernel, kStride, false>(d, c, lanes);
  });
}

}  // namespace

void depthwise_gradient(const DepthwiseGradient& d) {
  switch (d.stride == 1 ? 1 : d.kernel) {
    case 1:
      gradient<3, 1>(d);
      break;
    case 3:
      gradient<3, 2>(d);
      break;
    case 5:
      gradient<5, 2>(d);
      break;
    case 7:
      gradient<7, 2>(d);
      break;
  }
  if (d.stream) stream_fence();
}

}  // namespace mininas::MN_ISA
