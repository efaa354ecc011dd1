// The one arithmetic against the definitions of gemmlowp and TensorFlow Lite, written out here with their divisions and
// branches.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "core/error.h"
#include "core/rng.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "mcu/runtime/mn_crc32.h"
#include "mcu/runtime/mn_rescale.h"
#include "nn/quant/quantized_model.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

constexpr int32_t kLeast = std::numeric_limits<int32_t>::min(), kMost = std::numeric_limits<int32_t>::max();

// gemmlowp: SaturatingRoundingDoublingHighMul
int32_t doubling_high_multiply(int32_t a, int32_t b) {
  if (a == b && a == kLeast) return kMost;
  const int64_t product = int64_t{a} * b;
  const int64_t nudge = product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t{1} << 31));
}

// gemmlowp: RoundingDivideByPOT, from its meaning: nearest, halves away from zero.
int32_t divide_by_power(int32_t x, int exponent) {
  const int64_t half = exponent == 0 ? 0 : int64_t{1} << (exponent - 1);
  const int64_t magnitude = (std::abs(int64_t{x}) + half) >> exponent;
  return static_cast<int32_t>(x < 0 ? -magnitude : magnitude);
}

// Extreme and random accumulators.
int32_t draw(Rng& rng, int i) {
  constexpr int32_t kEdges[] = {0,      1,         -1,         2,       -2,         kMost,
                                kLeast, kMost - 1, kLeast + 1, 1 << 30, -(1 << 30), (1 << 30) - 1};
  if (i < static_cast<int>(std::size(kEdges))) return kEdges[i];
  return static_cast<int32_t>(rng.next_u32()) >> rng.below(31);
}

// The same within what a common channel's accumulators are: a bias of less than kLargeBias, and the sum of so many
// taps.
int32_t draw_common(Rng& rng, int i) {
  constexpr int32_t kMostCommon = kLargeBias - 1 + kMostTaps * 127 * 255;
  static_assert(kMostCommon < INT32_MAX - 0x8000);
  return std::clamp(draw(rng, i), -kMostCommon, kMostCommon);
}

int32_t draw_multiplier(Rng& rng, int i) {
  if (i % 7 == 0) return i % 2 == 0 ? 1 << 30 : kMost;
  return static_cast<int32_t>((1u << 30) | (rng.next_u32() >> 2));
}

}  // namespace

TEST_CASE("the high multiply equals gemmlowp's for every legal multiplier", "[mcu][arithmetic]") {
  Rng rng(1);
  int unequal = 0;
  for (int i = 0; i < 200'000; ++i) {
    const int32_t x = draw(rng, i % 24), multiplier = draw_multiplier(rng, i);
    unequal += mn_multiply_high(x, multiplier) != doubling_high_multiply(x, multiplier);
  }
  CHECK(unequal == 0);
}

TEST_CASE("the upper word is the same from one product of 64 bits and from four of halves", "[mcu][arithmetic]") {
  Rng rng(2);
  int unequal = 0;
  for (int i = 0; i < 200'000; ++i) {
    const int32_t x = draw_common(rng, i % 24), multiplier = draw_multiplier(rng, i);
    const int32_t expected = mn_multiply_high(x, multiplier);
    unequal += mn_high_at_once(x, static_cast<int32_t>(static_cast<uint32_t>(multiplier) << 1)) != expected;
    unequal += mn_high_of_halves(x, multiplier) != expected;
  }
  CHECK(unequal == 0);
}

TEST_CASE("the fast way from accumulator to byte equals the definition for every right shift and zero point",
          "[mcu][arithmetic]") {
  Rng rng(3);
  int unequal = 0;
  for (int i = 0; i < 400'000; ++i) {
    const auto shift = static_cast<uint8_t>(1 + rng.below(31));
    const int32_t limit = shift < kLeastShift ? 1 << 30 : kMost;
    const int32_t x = std::clamp(draw_common(rng, i % 24), -limit, limit), multiplier = draw_multiplier(rng, i);
    const auto zero = static_cast<int8_t>(static_cast<int>(rng.below(256)) - 128);
    const mn_scale scale = mn_scale_of(0, multiplier, shift, zero);
    unequal += mn_scaled_byte(x, &scale) != mn_requantize(x, multiplier, shift, zero, -128, 127);
  }
  CHECK(unequal == 0);
}

TEST_CASE("a channel that is not common gets the definition's byte: any right shift, any bias, any accumulator",
          "[mcu][arithmetic]") {
  Rng rng(4);
  int unequal = 0, common = 0;
  for (int i = 0; i < 400'000; ++i) {
    const int32_t x = draw(rng, i % 24), multiplier = draw_multiplier(rng, i);
    const auto shift = static_cast<uint8_t>(i % 3 == 0 ? rng.below(3) : rng.below(32));
    const auto zero = static_cast<int8_t>(static_cast<int>(rng.below(256)) - 128);
    const auto bias = static_cast<int32_t>(rng.next_u32());
    const auto sum = static_cast<int32_t>(static_cast<uint32_t>(x) - static_cast<uint32_t>(bias));
    unequal += mn_any_byte(sum, bias, multiplier, shift, zero) != mn_requantize(x, multiplier, shift, zero, -128, 127);
    common += mn_is_common(bias, shift);
  }
  CHECK(unequal == 0);
  CHECK(common > 100'000);
  CHECK(common < 300'000);
}

TEST_CASE("the division by a power rounds to nearest with halves away from zero", "[mcu][arithmetic]") {
  Rng rng(2);
  int unequal = 0;
  for (int i = 0; i < 200'000; ++i) {
    const int32_t x = draw(rng, i % 24);
    const int exponent = static_cast<int>(rng.below(32));
    unequal += mn_divide_by_power(x, exponent) != divide_by_power(x, exponent);
  }
  CHECK(unequal == 0);
  CHECK(mn_divide_by_power(3, 1) == 2);
  CHECK(mn_divide_by_power(-3, 1) == -2);
  CHECK(mn_divide_by_power(2, 2) == 1);
  CHECK(mn_divide_by_power(-2, 2) == -1);
  CHECK(mn_divide_by_power(kLeast, 31) == -1);
}

TEST_CASE("ties of the high multiply go toward plus infinity", "[mcu][arithmetic]") {
  CHECK(mn_multiply_high(1, 1 << 30) == 1);    // 0.5
  CHECK(mn_multiply_high(-1, 1 << 30) == 0);   // -0.5
  CHECK(mn_multiply_high(3, 1 << 30) == 2);    // 1.5
  CHECK(mn_multiply_high(-3, 1 << 30) == -1);  // -1.5
}

TEST_CASE("requantising the largest accumulators clamps and never overflows", "[mcu][arithmetic]") {
  CHECK(mn_requantize(kMost, kMost, 0, 127, -128, 127) == 127);
  CHECK(mn_requantize(kLeast, kMost, 0, -128, -128, 127) == -128);
  CHECK(mn_requantize(kMost, kMost, 31, 5, -128, 127) == 6);
  CHECK(mn_requantize(-100, kMost, 0, 5, 5, 127) == 5);  // ReLU: low is the zero point
  Rng rng(3);
  int unequal = 0;
  for (int i = 0; i < 100'000; ++i) {
    const int32_t x = draw(rng, i % 24), multiplier = draw_multiplier(rng, i);
    const int shift = static_cast<int>(rng.below(32)), zero = static_cast<int>(rng.below(256)) - 128;
    const int64_t sum = int64_t{divide_by_power(doubling_high_multiply(x, multiplier), shift)} + zero;
    unequal +=
        mn_requantize(x, multiplier, shift, zero, -100, 90) != std::min<int64_t>(90, std::max<int64_t>(-100, sum));
  }
  CHECK(unequal == 0);
}

TEST_CASE("the average rounds halves away from zero", "[mcu][arithmetic]") {
  for (int count = 1; count < 50; ++count)
    for (int sum = -300; sum <= 300; ++sum)
      if (mn_average(sum, count) != static_cast<int>(std::lround(static_cast<double>(sum) / count)) && count % 2 == 0)
        FAIL("sum " << sum << ", count " << count);
  CHECK(mn_average(3, 2) == 2);
  CHECK(mn_average(-3, 2) == -2);
  CHECK(mn_average(-4, 3) == -1);
}

TEST_CASE("a factor and its fixed point differ by less than one part in 2^30", "[mcu][arithmetic]") {
  Rng rng(4);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::exp2(-31.9 * rng.uniform()) * 0.9999;
    const FixedPoint fixed = to_fixed_point(value, "test");
    const double back = std::ldexp(static_cast<double>(fixed.multiplier), -31 - fixed.right_shift);
    const bool legal = fixed.multiplier >= (1 << 30) && fixed.right_shift >= 0 && fixed.right_shift <= 31;
    if (!legal || std::abs(back / value - 1) > 0x1p-30) FAIL(value);
  }
  CHECK(to_fixed_point(0.5, "test").multiplier == 1 << 30);
  CHECK(to_fixed_point(0.5, "test").right_shift == 0);
  CHECK(to_fixed_point(0.25, "test").right_shift == 1);
  const FixedPoint rounds_up = to_fixed_point(0.5 - 0x1p-40, "test");  // 2^31 after rounding: halved, one shift less
  CHECK(rounds_up.multiplier == 1 << 30);
  CHECK(rounds_up.right_shift == 0);
}

TEST_CASE("a factor outside (2^-32, 1) is refused with its place", "[mcu][arithmetic]") {
  for (const double value : {0.0, -0.5, 1.0, 1.5, 0x1p-32, 1.0 - 0x1p-40, std::nan(""), HUGE_VAL}) {
    CAPTURE(value);
    CHECK_THROWS_WITH(to_fixed_point(value, "layer stem, channel 3"), Catch::StartsWith("layer stem, channel 3: "));
  }
}

TEST_CASE("the CRC is that of zlib and can be taken in pieces", "[mcu][crc]") {
  CHECK(mn_crc32(0, "123456789", 9) == 0xCBF43926u);
  CHECK(mn_crc32(mn_crc32(0, "1234", 4), "56789", 5) == 0xCBF43926u);
  CHECK(mn_crc32(0, "", 0) == 0);
}
