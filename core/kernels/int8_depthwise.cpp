// Depthwise convolution on bytes, sixteen channels at a time. A lane holds the last four pixels of its channel in one
// row, one byte each: the window. Moving to the next pixel shifts the oldest byte out and the new one in, and one dot4
// multiplies a whole row of taps. Kernels wider than four pixels use two windows side by side.
#include "core/kernels/int8_simd.h"
#include "core/kernels/int8_tables.h"
#include "core/kernels/kernel_size.h"

namespace mininas::MN_ISA {
namespace {

// Moves the bytes of `window` down by one. The new highest byte is the lowest byte of `next`.
MN_INLINE I16 slide(const I16& window, const I16& next) {
  return I16::of([&](int i) {
    return reinterpret_cast<IntPacket>((reinterpret_cast<UnsignedPacket>(window.part[i]) >> 8) |
                                       (reinterpret_cast<UnsignedPacket>(next.part[i]) << 24));
  });
}

// Output rows that are computed together. With stride 1, neighbouring rows share most of their windows. As many rows as
// fit into the registers.
#if defined(__AVX512F__)
template <int kKernel>
constexpr int kOutputRows = kKernel <= 3 ? 4 : 2;
#else
template <int kKernel>
constexpr int kOutputRows = 1;
#endif

// The windows of kRows output rows with stride 1.
template <int kKernel, int kRows>
class Windows {
 public:
  static constexpr int kQuads = (kKernel + 3) / 4, kInputRows = kKernel + kRows - 1;

  MN_INLINE Windows() { MN_UNROLL for (int i = 0; i < kInputRows * kQuads; ++i) window_[i] = I16::all(0); }
  // Moves every row's window by one pixel.
  MN_INLINE void take(const uint8_t* pixel, int64_t in_row) {
    MN_UNROLL for (int ky = 0; ky < kInputRows; ++ky) {
      I16* row = window_ + ky * kQuads;
      MN_UNROLL for (int q = 0; q < kQuads - 1; ++q) row[q] = slide(row[q], row[q + 1]);
      row[kQuads - 1] = slide(row[kQuads - 1], I16::bytes(pixel + ky * in_row));
    }
  }
  MN_INLINE I16 sum(int row, const I16& bias, const I16* weights) const {
    I16 total = bias;
    MN_UNROLL for (int i = 0; i < kKernel * kQuads; ++i) total = dot4(total, window_[row * kQuads + i], weights[i]);
    return total;
  }

 private:
  I16 window_[kInputRows * kQuads];
};

// Output rows y ... y + kRows - 1 of one group of channels. Requires: kRows == 1 or stride 1.
template <int kKernel, int kRows>
MN_INLINE void rows_at(const Int8Depthwise& d, const I16* weights, const I16& bias, const ToBytes& output, int64_t y,
                       int64_t c, int lanes) {
  const uint8_t* in = d.in + y * d.stride * d.in_row + c;
  uint8_t* out = d.out + y * d.width * d.channels + c;
  Windows<kKernel, kRows> windows;
  int fresh = kKernel;
  for (int64_t x = 0; x < d.width; ++x, fresh = d.stride, out += d.channels) {
    for (int i = 0; i < fresh; ++i, in += d.channels) windows.take(in, d.in_row);
    MN_UNROLL for (int r = 0; r < kRows; ++r)
        output.store(windows.sum(r, bias, weights), out + r * d.width * d.channels, lanes);
  }
}

template <int kKernel>
void rows(const Int8Depthwise& d) {
  constexpr int kVectors = kKernel * ((kKernel + 3) / 4), kRows = kOutputRows<kKernel>;
  for_channel_groups(d.channels, [&](int64_t c, int lanes) {
    I16 weights[kVectors];
    MN_UNROLL for (int i = 0; i < kVectors; ++i) weights[i] = I16::load(d.weights + c * 4 * kVectors + i * 4 * kLanes);
    const I16 bias = I16::load(d.output.bias + c);
    const ToBytes output(d.output, c);
    int64_t y = 0;
    if (d.stride == 1)
      for (; y + kRows <= d.rows; y += kRows) rows_at<kKernel, kRows>(d, weights, bias, output, y, c, lanes);
    for (; y < d.rows; ++y) rows_at<kKernel, 1>(d, weights, bias, output, y, c, lanes);
  });
}

}  // namespace

void int8_depthwise(const Int8Depthwise& d) {
  with_kernel_size(d.kernel, [&](auto size) { rows<size>(d); });
}

}  // namespace mininas::MN_ISA
