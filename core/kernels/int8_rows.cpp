// Integer kernels without a window, and the one step of a quantised layer's backward pass that reads bytes.
#include "core/kernels/int8_simd.h"
#include "core/kernels/int8_tables.h"
#include "mcu/runtime/mn_arithmetic.h"

namespace mininas::MN_ISA {

void int8_add(const Int8Add& s) {
  const auto summand = [&](const uint8_t* x, int32_t zero, int k) {
    const I16 value = I16::bytes(x) - I16::all(zero), one = I16::all(1 << MN_ADD_SHIFT);
    const I16 large = I16::of([&](int i) { return value.part[i] * one.part[i]; });
    return rescale(large, I16::all(s.multiplier[k]), I16::all(s.right_shift[k]));
  };
  const I16 low = I16::all(s.low - s.zero_point), high = I16::all(s.high - s.zero_point), zero = I16::all(s.zero_point);
  for (int64_t i = 0; i < s.count; i += kLanes) {
    const I16 sum = summand(s.a + i, s.a_zero, 0) + summand(s.b + i, s.b_zero, 1);
    const I16 q = rescale(sum, I16::all(s.multiplier[2]), I16::all(s.right_shift[2]));
    (clamp(q, low, high) + zero).store_bytes(s.out + i, static_cast<int>(smaller<int64_t>(kLanes, s.count - i)));
  }
}

void int8_sum_pixels(const uint8_t* x, int64_t pixels, int64_t channels, int32_t* sum) {
  for_channel_groups(channels, [&](int64_t c, int lanes) {
    I16 total = I16::all(0);
    for (int64_t i = 0; i < pixels; ++i) total = total + I16::bytes(x + i * channels + c);
    int32_t values[kLanes];
    std::memcpy(values, &total, sizeof values);
    for (int i = 0; i < lanes; ++i) sum[c + i] = values[i];
  });
}

void clamp_gradient(const ClampGradient& d) {
  const I16 low = I16::all(d.low), high = I16::all(d.high);
  for_channel_groups(d.channels, [&](int64_t c, int lanes) {
    F16 sum = F16::load(d.sum + c);
    for (int64_t i = 0; i < d.pixels; ++i) {
      const I16 y = I16::bytes(d.y + i * d.channels + c), g = I16::load(d.g + i * d.channels + c);
      F16 dy;
      MN_UNROLL for (int k = 0; k < kPackets; ++k) dy.part[k] =
          reinterpret_cast<Packet>(g.part[k] & (y.part[k] > low.part[k]) & (y.part[k] < high.part[k]));
      dy.store_first(d.dy + i * d.channels + c, lanes);
      sum = sum + dy;
    }
    sum.store_first(d.sum + c, lanes);
  });
}

}  // namespace mininas::MN_ISA
