// Every table of integer kernels against plain loops over the shared arithmetic: all bytes are equal, and nothing
// outside the outputs is written.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "core/kernels/int8.h"
#include "core/rng.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

constexpr int64_t kSlack = 64;

void for_each_table(const std::function<void(const Int8Kernels&)>& body) {
  const Int8KernelTables tables = available_int8_kernels();
  for (int i = 0; i < tables.count; ++i) {
    CAPTURE(tables.table[i]->isa);
    body(*tables.table[i]);
  }
}

// Random bytes, in which both extremes are frequent.
std::vector<uint8_t> random_bytes(int64_t count, Rng rng) {
  std::vector<uint8_t> bytes;
  for (int64_t i = 0; i < count; ++i)
    bytes.push_back(static_cast<uint8_t>(rng.below(4) == 0 ? 255 * rng.below(2) : rng.below(256)));
  return bytes;
}

std::vector<int8_t> random_weights(int64_t count, Rng rng) {
  std::vector<int8_t> weights;
  for (int64_t i = 0; i < count; ++i)
    weights.push_back(
        static_cast<int8_t>(static_cast<int>(rng.below(4) == 0 ? 254 * rng.below(2) : rng.below(255)) - 127));
  return weights;
}

// Requantisation of `channels` channels, including the extremes of every number.
struct Outputs {
  std::vector<int32_t> bias, multiplier, right_shift;
  int32_t zero_point, low, high;

  Outputs(int64_t channels, int64_t reduction, Rng rng) {
    int typical = 6;
    while ((int64_t{1} << typical) < reduction) ++typical;
    for (int64_t c = 0; c < (channels + 15) / 16 * 16; ++c) {
      bias.push_back(static_cast<int32_t>(rng.next_u32()) >> (rng.below(4) == 0 ? 0 : 16));
      multiplier.push_back(rng.below(8) == 0 ? (rng.coin() ? 1 << 30 : INT32_MAX)
                                             : (1 << 30) + static_cast<int32_t>(rng.below(1u << 30)));
      right_shift.push_back(
          static_cast<int32_t>(rng.below(8) == 0 ? rng.below(32) : static_cast<uint32_t>(typical) + rng.below(4)));
    }
    zero_point = static_cast<int32_t>(rng.below(256));
    low = static_cast<int32_t>(rng.below(40));
    high = 255 - static_cast<int32_t>(rng.below(40));
  }
  Requantize view() const { return {bias.data(), multiplier.data(), right_shift.data(), zero_point, low, high}; }
  uint8_t byte(uint32_t sum, int64_t channel) const {
    const auto c = static_cast<size_t>(channel);
    const auto total = static_cast<int32_t>(sum + static_cast<uint32_t>(bias[c]));
    const int32_t q = mn_rescale(total, multiplier[c], right_shift[c]);
    return static_cast<uint8_t>(mn_clamp(q, low - zero_point, high - zero_point) + zero_point);
  }
};

// Output bytes between guard bytes.
class Guarded {
 public:
  explicit Guarded(int64_t size) : bytes_(static_cast<size_t>(size + 2 * kGuard), kValue) {}
  uint8_t* data() { return bytes_.data() + kGuard; }
  int64_t size() const { return static_cast<int64_t>(bytes_.size()) - 2 * kGuard; }
  bool untouched_around() const {
    const auto end = bytes_.end() - kGuard;
    return std::count(bytes_.begin(), bytes_.begin() + kGuard, kValue) + std::count(end, bytes_.end(), kValue) ==
           2 * kGuard;
  }

 private:
  static constexpr int64_t kGuard = 80;
  static constexpr uint8_t kValue = 0xa5;
  std::vector<uint8_t> bytes_;
};

void check_product(int64_t rows, int64_t columns, int64_t segments, int64_t depth) {
  CAPTURE(rows, columns, segments, depth);
  const Rng rng(static_cast<uint64_t>(rows + 100 * columns + 10000 * depth));
  const int64_t quads = (depth + 3) / 4, panels = (columns + 15) / 16;
  const int64_t a_segment = depth + 1, a_row = segments * a_segment, c_row = columns + 3;
  const auto a = random_bytes(rows * a_row + kSlack, rng.fork("a"));
  const auto weights = random_weights(columns * segments * depth, rng.fork("w"));
  std::vector<int8_t> packed(static_cast<size_t>(panels * segments * quads * 64), 0);
  const auto weight = [&](int64_t n, int64_t s, int64_t k) {
    return weights[static_cast<size_t>((n * segments + s) * depth + k)];
  };
  for (int64_t n = 0; n < columns; ++n)
    for (int64_t s = 0; s < segments; ++s)
      for (int64_t k = 0; k < depth; ++k)
        packed[static_cast<size_t>((((n / 16 * segments + s) * quads + k / 4) * 16 + n % 16) * 4 + k % 4)] =
            weight(n, s, k);
  const Outputs output(columns, segments * depth * 2000, rng.fork("out"));
  for_each_table([&](const Int8Kernels& kernels) {
    Guarded c(rows * c_row);
    kernels.product({.a = a.data(),
                     .a_row = a_row,
                     .a_segment = a_segment,
                     .b = packed.data(),
                     .rows = rows,
                     .columns = columns,
                     .segments = segments,
                     .quads = quads,
                     .output = output.view(),
                     .c = c.data(),
                     .c_row = c_row});
    int64_t wrong = 0;
    for (int64_t m = 0; m < rows; ++m) {
      for (int64_t n = 0; n < columns; ++n) {
        int32_t sum = 0;
        for (int64_t s = 0; s < segments; ++s)
          for (int64_t k = 0; k < depth; ++k)
            sum += int32_t{a[static_cast<size_t>(m * a_row + s * a_segment + k)]} * weight(n, s, k);
        wrong += c.data()[m * c_row + n] != output.byte(static_cast<uint32_t>(sum), n);
      }
      wrong += std::count(c.data() + m * c_row + columns, c.data() + (m + 1) * c_row, uint8_t{0xa5}) != 3;
    }
    CHECK(wrong == 0);
    CHECK(c.untouched_around());
  });
}

void check_depthwise(int kernel, int stride, int64_t rows, int64_t width, int64_t channels) {
  CAPTURE(kernel, stride, rows, width, channels);
  const Rng rng(static_cast<uint64_t>(kernel + 10 * stride + 100 * width + 10000 * channels));
  const int64_t quads = (kernel + 3) / 4, front = 4 * quads - kernel,
                in_row = ((width - 1) * stride + kernel) * channels;
  const auto in = random_bytes(((rows - 1) * stride + kernel) * in_row + kSlack, rng.fork("in"));
  const auto weights = random_weights(kernel * kernel * channels, rng.fork("w"));
  const auto weight = [&](int64_t ky, int64_t kx, int64_t c) {
    return weights[static_cast<size_t>((ky * kernel + kx) * channels + c)];
  };
  std::vector<int8_t> packed(static_cast<size_t>((channels + 15) / 16 * kernel * quads * 64), 0);
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t ky = 0; ky < kernel; ++ky)
      for (int64_t kx = 0; kx < kernel; ++kx) {
        const int64_t byte = front + kx, lane = ((c / 16 * kernel + ky) * quads + byte / 4) * 16 + c % 16;
        packed[static_cast<size_t>(lane * 4 + byte % 4)] = weight(ky, kx, c);
      }
  const Outputs output(channels, kernel * kernel * 2000, rng.fork("out"));
  for_each_table([&](const Int8Kernels& kernels) {
    Guarded out(rows * width * channels);
    kernels.depthwise({.in = in.data(),
                       .in_row = in_row,
                       .weights = packed.data(),
                       .output = output.view(),
                       .out = out.data(),
                       .rows = rows,
                       .width = width,
                       .channels = channels,
                       .kernel = kernel,
                       .stride = stride});
    int64_t wrong = 0;
    for (int64_t i = 0; i < out.size(); ++i) {
      const int64_t c = i % channels, x = i / channels % width, y = i / channels / width;
      int32_t sum = 0;
      for (int64_t ky = 0; ky < kernel; ++ky)
        for (int64_t kx = 0; kx < kernel; ++kx)
          sum += int32_t{in[static_cast<size_t>((y * stride + ky) * in_row + (x * stride + kx) * channels + c)]} *
                 weight(ky, kx, c);
      wrong += out.data()[i] != output.byte(static_cast<uint32_t>(sum), c);
    }
    CHECK(wrong == 0);
    CHECK(out.untouched_around());
  });
}

}  // namespace

TEST_CASE("the integer product gives the bytes of its definition on every instruction set", "[core][int8]") {
  for (const int64_t rows : {1, 2, 3, 5, 8, 13, 31}) check_product(rows, 40, 1, 7);
  for (const int64_t columns : {1, 15, 16, 17, 33, 48, 64, 81, 100}) check_product(9, columns, 3, 12);
  for (const int64_t depth : {1, 2, 3, 4, 5, 64, 513}) check_product(5, 20, 2, depth);
}

TEST_CASE("the integer depthwise convolution gives the bytes of its definition on every instruction set",
          "[core][int8]") {
  for (const int kernel : {1, 3, 5, 7})
    for (const int stride : {1, 2, 3})
      for (const int64_t channels : {1, 16, 27}) check_depthwise(kernel, stride, 2, 5 + kernel, channels);
  for (const int64_t rows : {1, 3, 4, 5, 9}) check_depthwise(3, 1, rows, 1, 8);
  check_depthwise(5, 1, 7, 6, 33);
  check_depthwise(7, 2, 1, 40, 50);
}

TEST_CASE("products of extreme bytes do not saturate on any instruction set", "[core][int8]") {
  // 255 * 127 * 4 exceeds int16, where the byte instruction of older machines would saturate.
  const std::vector<uint8_t> a(64 + kSlack, 255);
  const std::vector<int32_t> bias(16, 0), multiplier(16, 1 << 30), right_shift(16, 12);
  for (const int8_t weight : {int8_t{127}, int8_t{-127}}) {
    const std::vector<int8_t> b(16 * 64, weight);
    for_each_table([&](const Int8Kernels& kernels) {
      std::vector<uint8_t> c(16);
      kernels.product({.a = a.data(),
                       .a_row = 64,
                       .a_segment = 0,
                       .b = b.data(),
                       .rows = 1,
                       .columns = 16,
                       .segments = 1,
                       .quads = 16,
                       .output = {bias.data(), multiplier.data(), right_shift.data(), 128, 0, 255},
                       .c = c.data(),
                       .c_row = 16});
      const int32_t expected = 128 + mn_clamp(mn_rescale(64 * 255 * weight, 1 << 30, 12), -128, 127);
      for (const uint8_t byte : c) CHECK(int{byte} == expected);
    });
  }
}

TEST_CASE("the integer addition is the device's on every instruction set", "[core][int8]") {
  Rng rng(5);
  for (const int64_t count : {1, 16, 77, 400}) {
    const auto a = random_bytes(count + kSlack, rng.fork("a")), b = random_bytes(count + kSlack, rng.fork("b"));
    const Int8Add sum{.a = a.data(),
                      .b = b.data(),
                      .count = count,
                      .a_zero = 100,
                      .b_zero = 7,
                      .multiplier = {1 << 30, INT32_MAX, 1518500249},
                      .right_shift = {0, 1, 19},
                      .zero_point = 60,
                      .low = 60,
                      .high = 250,
                      .out = nullptr};
    for_each_table([&](const Int8Kernels& kernels) {
      Guarded out(count);
      Int8Add call = sum;
      call.out = out.data();
      kernels.add(call);
      int64_t wrong = 0;
      for (int64_t i = 0; i < count; ++i) {
        const auto k = static_cast<size_t>(i);
        const int32_t total = mn_rescale_summand(a[k] - 100, call.multiplier[0], call.right_shift[0]) +
                              mn_rescale_summand(b[k] - 7, call.multiplier[1], call.right_shift[1]);
        wrong +=
            int{out.data()[i]} != mn_clamp(mn_rescale(total, call.multiplier[2], call.right_shift[2]) + 60, 60, 250);
      }
      CHECK(wrong == 0);
      CHECK(out.untouched_around());
    });
  }
}

TEST_CASE("sums over pixels count every byte on every instruction set", "[core][int8]") {
  for (const int64_t channels : {1, 16, 23, 64}) {
    const int64_t pixels = 77;
    const auto x = random_bytes(pixels * channels + kSlack, Rng(6));
    for_each_table([&](const Int8Kernels& kernels) {
      std::vector<int32_t> sums(static_cast<size_t>(channels) + 1, -1), expected(sums.size(), 0);
      expected.back() = -1;
      for (int64_t i = 0; i < pixels * channels; ++i)
        expected[static_cast<size_t>(i % channels)] += x[static_cast<size_t>(i)];
      kernels.sum_pixels(x.data(), pixels, channels, sums.data());
      CHECK(sums == expected);
    });
  }
}

TEST_CASE("the gradient of a clamp is the one behind it where the output lies between its bounds", "[core][int8]") {
  const int64_t pixels = 19, channels = 21;
  const auto y = random_bytes(pixels * channels + kSlack, Rng(7));
  std::vector<float> g;
  Rng rng(8);
  for (int64_t i = 0; i < pixels * channels + kSlack; ++i) g.push_back(rng.uniform(-1.0f, 1.0f));
  for_each_table([&](const Int8Kernels& kernels) {
    std::vector<float> dy(static_cast<size_t>(pixels * channels) + 1, 5.0f),
        sum(static_cast<size_t>(channels) + kSlack, 0.5f);
    std::vector<float> expected = sum;
    kernels.clamp_gradient({.g = g.data(),
                            .y = y.data(),
                            .pixels = pixels,
                            .channels = channels,
                            .low = 30,
                            .high = 255,
                            .dy = dy.data(),
                            .sum = sum.data()});
    int64_t wrong = 0;
    for (size_t i = 0; i + 1 < dy.size(); ++i) {
      const float value = y[i] > 30 && y[i] < 255 ? g[i] : 0.0f;
      wrong += dy[i] != value;
      expected[i % static_cast<size_t>(channels)] += value;
    }
    CHECK(wrong == 0);
    CHECK(dy.back() == 5.0f);
    CHECK(sum == expected);
  });
}

TEST_CASE("the machine's tables of integer kernels end with the baseline, and the chosen one is among them",
          "[core][int8]") {
  const Int8KernelTables tables = available_int8_kernels();
  REQUIRE(tables.count >= 1);
  CHECK(std::string(tables.table[tables.count - 1]->isa) == "baseline");
  bool found = false;
  for_each_table([&](const Int8Kernels& kernels) { found = found || &kernels == &int8_kernels(); });
  CHECK(found);
}
