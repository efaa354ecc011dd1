// Depthwise convolution over padded rows, sixteen channels at a time. Forward: the accumulators of a run of output
// pixels stay in registers over all taps; with stride 1 an input pixel is loaded once per kernel row and serves every
// tap of that row. Weight gradient: the accumulators are the taps, and they stay in registers over all pixels (one
// kernel row at a time for 7x7, whose 49 taps do not fit).
#include "core/kernels/kernel_size.h"
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"

namespace mininas::MN_ISA {
namespace {

// kRun: output pixels per run, as many independent chains as the two multiply-add units need to stay busy. kKeptTaps:
// with 32 registers, the nine weights of a 3x3 kernel stay in registers too.
#if defined(__AVX512F__)
constexpr int kRun = 8, kKeptTaps = 9;
#else
constexpr int kRun = 4, kKeptTaps = 1;
#endif

// Stores the outputs of one channel group and, with kSums, adds up the outputs and their squares.
template <bool kSums>
class Outputs {
 public:
  Outputs(const DepthwiseRows& d, int64_t c, int lanes) : d_(d), c_(c), lanes_(lanes) {
    if (!kSums) return;
    sum_ = F16::load(d.sum + c);
    squares_ = F16::load(d.squares + c);
  }
  MN_INLINE void put(float* out, const F16& value) {
    if (d_.stream)
      value.stream(out);
    else
      value.store_first(out, lanes_);
    if (!kSums) return;
    sum_ = sum_ + value;
    squares_ = multiply_add(value, value, squares_);
  }
  void finish() const {
    if (!kSums) return;
    sum_.store_first(d_.sum + c_, lanes_);
    squares_.store_first(d_.squares + c_, lanes_);
  }

 private:
  const DepthwiseRows& d_;
  int64_t c_;
  int lanes_;
  F16 sum_ = F16::zero(), squares_ = F16::zero();
};

// kPixels outputs whose windows lie `step` floats of input apart.
template <int kKernel, int kPixels, class To>
MN_INLINE void run(const DepthwiseRows& d, const float* in, int64_t step, float* out, int64_t c, To& outputs) {
  F16 sum[kPixels];
  MN_UNROLL for (int i = 0; i < kPixels; ++i) sum[i] = F16::zero();
  const float* weights = d.weights + c;
  for (int ky = 0; ky < kKernel; ++ky) {
    MN_UNROLL for (int kx = 0; kx < kKernel; ++kx) {
      const F16 w = F16::load(weights + (ky * kKernel + kx) * d.channels);
      const float* tap = in + ky * d.in_row + kx * d.channels;
      MN_UNROLL for (int i = 0; i < kPixels; ++i) sum[i] = multiply_add(F16::load(tap + i * step), w, sum[i]);
    }
  }
  MN_UNROLL for (int i = 0; i < kPixels; ++i) outputs.put(out + i * d.channels, sum[i]);
}

// One row of outputs with stride 1, from output x on, in runs of kPixels. Returns the number of outputs done so far.
template <int kKernel, int kPixels, class To>
MN_INLINE int64_t dense_row(const DepthwiseRows& d, const float* in, float* out, int64_t x, int64_t c, To& outputs) {
  constexpr int kInputs = kPixels + kKernel - 1, kTaps = kKernel * kKernel;
  constexpr int kKept = kTaps <= kKeptTaps ? kTaps : 1;
  const float* weights = d.weights + c;
  F16 kept[kKept];
  MN_UNROLL for (int t = 0; t < kKept; ++t) kept[t] = F16::load(weights + t * d.channels);
  for (; x + kPixels <= d.width; x += kPixels) {
    F16 sum[kPixels];
    MN_UNROLL for (int i = 0; i < kPixels; ++i) sum[i] = F16::zero();
    MN_UNROLL for (int ky = 0; ky < kKernel; ++ky) {
      const float* row = in + x * d.channels + ky * d.in_row;
      F16 v[kInputs];
      MN_UNROLL for (int i = 0; i < kInputs; ++i) v[i] = F16::load(row + i * d.channels);
      MN_UNROLL for (int kx = 0; kx < kKernel; ++kx) {
        const int t = ky * kKernel + kx;
        const F16 w = t < kKept ? kept[t] : F16::load(weights + t * d.channels);
        MN_UNROLL for (int i = 0; i < kPixels; ++i) sum[i] = multiply_add(v[i + kx], w, sum[i]);
      }
    }
    MN_UNROLL for (int i = 0; i < kPixels; ++i) outputs.put(out + (x + i) * d.channels, sum[i]);
  }
  return x;
}

template <int kKernel, bool kSums>
void rows_of(const DepthwiseRows& d) {
  const int64_t step = d.stride * d.channels;
  for_channel_groups(d.channels, [&](int64_t c, int lanes) {
    Outputs<kSums> outputs(d, c, lanes);
    for (int64_t y = 0; y < d.rows; ++y) {
      const float* in = d.in + y * d.stride * d.in_row + c;
      float* out = d.out + y * d.width * d.channels + c;
      int64_t x = 0;
      if (d.stride == 1) {
        x = dense_row<kKernel, kRun>(d, in, out, x, c, outputs);
        x = dense_row<kKernel, kRun / 2>(d, in, out, x, c, outputs);
      }
      for (; x + kRun <= d.width; x += kRun)
        run<kKernel, kRun>(d, in + x * step, step, out + x * d.channels, c, outputs);
      for (; x < d.width; ++x) run<kKernel, 1>(d, in + x * step, step, out + x * d.channels, c, outputs);
    }
    outputs.finish();
  });
  if (d.stream) stream_fence();
}

template <int kKernel>
void rows(const DepthwiseRows& d) {
  if (d.sum != nullptr)
    rows_of<kKernel, true>(d);
  else
    rows_of<kKernel, false>(d);
}

// The gradient of kernel rows ky0 ... ky0 + kRows - 1 for one channel group, over the whole band.
template <int kKernel, int kRows>
void tap_rows(const DepthwiseWeightGradient& d, int ky0, int64_t c, int lanes) {
  F16 sum[kRows * kKernel];
  float* gradient = d.gradient + ky0 * kKernel * d.channels + c;
  MN_UNROLL for (int t = 0; t < kRows * kKernel; ++t) sum[t] = F16::load(gradient + t * d.channels);
  for (int64_t y = 0; y < d.rows; ++y) {
    const float* in = d.in + (y * d.stride + ky0) * d.in_row + c;
    const float* dy = d.out_gradient + y * d.width * d.channels + c;
    for (int64_t x = 0; x < d.width; ++x) {
      const F16 g = F16::load(dy);
      MN_UNROLL for (int ky = 0; ky < kRows; ++ky) {
        MN_UNROLL for (int kx = 0; kx < kKernel; ++kx) {
          F16& tap = sum[ky * kKernel + kx];
          tap = multiply_add(F16::load(in + ky * d.in_row + kx * d.channels), g, tap);
        }
      }
      in += d.stride * d.channels;
      dy += d.channels;
    }
  }
  MN_UNROLL for (int t = 0; t < kRows * kKernel; ++t) sum[t].store_first(gradient + t * d.channels, lanes);
}

template <int kKernel>
void weight_gradient(const DepthwiseWeightGradient& d) {
#if defined(__AVX512F__)
  constexpr int kRows = kKernel <= 5 ? kKernel : 1;
#else
  constexpr int kRows = 1;
#endif
  for_channel_groups(d.channels, [&](int64_t c, int lanes) {
    for (int ky = 0; ky < kKernel; ky += kRows) tap_rows<kKernel, kRows>(d, ky, c, lanes);
  });
}

}  // namespace

void depthwise(const DepthwiseRows& d) {
  with_kernel_size(d.kernel, [&](auto size) { rows<size>(d); });
}

void depthwise_weight_gradient(const DepthwiseWeightGradient& d) {
  with_kernel_size(d.kernel, [&](auto size) { weight_gradient<size>(d); });
}

}  // namespace mininas::MN_ISA
