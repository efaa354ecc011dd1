// The integer end of quantisation-aware training: accumulators that a float kernel summed exactly become the bytes of the device.
// Plain loops over the shared arithmetic; integers leave the compiler free to vectorise them in any way.
#include "core/kernels/simd.h"
#include "core/kernels/tables.h"
#include "mcu/runtime/mn_arithmetic.h"

namespace mininas::MN_ISA {

void requantize(const RequantizeRows& r) {
  for (int64_t i = 0; i < r.pixels; ++i) {
    const float* sum = r.sum + i * r.channels;
    float* out = r.out + i * r.channels;
    uint8_t* inside = r.inside + i * r.channels;
    for (int64_t c = 0; c < r.channels; ++c) {
      const int32_t q = mn_rescale(static_cast<int32_t>(sum[c]) + r.bias[c], r.multiplier[c], r.right_shift[c]);
      const int32_t clamped = mn_clamp(q, r.low - r.zero_point, r.high - r.zero_point);  // before the zero point, so that nothing overflows
      out[c] = static_cast<float>(clamped);
      inside[c] = clamped == q;
    }
  }
}

void mask(const float* dy, const uint8_t* inside, int64_t count, float* dx) {
  for (int64_t i = 0; i < count; ++i) dx[i] = inside[i] ? dy[i] : 0.0f;
}

}  // namespace mininas::MN_ISA
