// Every table of kernels that this machine supports: compared with the reference in double, compared with each other
// bit by bit, and checked for writes out of bounds.
#include <algorithm>
#include <cmath>

#include "core/conv/packed_weights.h"
#include "tests/core/kernel_calls.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

template <class Body>
void for_each_table(const Body& body) {
  const KernelTables tables = available_kernels();
  for (int i = 0; i < tables.count; ++i) body(*tables.table[i]);
}

// An image, its norm, and the gradient of a depthwise convolution of it, for the backward pass.
class DepthwiseGradientCase {
 public:
  DepthwiseGradientCase(int kernel, int stride, int64_t height, int64_t width, int64_t channels, bool relu)
      : g_{.in_h = height, .in_w = width, .in_c = channels, .out_c = channels, .kernel = kernel, .stride = stride},
        relu_(relu) {
    const Rng rng(16);
    const Shape one{1, 1, 1, channels};
    x_ = random_tensor(g_.input(), rng.fork("x"));
    weights_ = random_tensor(g_.depthwise_weight(), rng.fork("w"));
    scale_ = random_tensor(one, rng.fork("scale")), shift_ = random_tensor(one, rng.fork("shift"));
    mean_ = random_tensor(one, rng.fork("mean"));
    const Tensor dy = random_tensor(g_.output(), rng.fork("dy"));
    dy_ = Tensor::zeros({1, g_.out_h() + 2 * kBorder, g_.out_w(), channels});
    std::copy_n(dy.data(), dy.size(), &dy_.at(0, kBorder, 0, 0));
  }

  // The gradient of x, its sum and products, and the gradient of the weights, by separate kernels.
  Outputs one_after_another(const Kernels& k) const {
    Outputs out = sums();
    const int64_t padding = g_.padding(), edge = g_.kernel - 1 - padding, channels = g_.in_c;
    Tensor z = Tensor::zeros(g_.input()), dz = z.clone();
    Tensor padded = Tensor::zeros({1, g_.in_h + 2 * padding, g_.in_w + 2 * padding, channels});
    Tensor dilated = Tensor::zeros({1, g_.in_h + g_.kernel - 1, g_.in_w + g_.kernel - 1, channels});
    k.normalize(norm(0, g_.in_h), z.data());
    for (int64_t y = 0; y < g_.in_h; ++y)
      std::copy_n(&z.at(0, y, 0, 0), g_.in_w * channels, &padded.at(0, y + padding, padding, 0));
    for (int64_t y = 0; y < g_.out_h(); ++y)
      for (int64_t x = 0; x < g_.out_w(); ++x)
        std::copy_n(dy_row(y) + x * channels, channels, &dilated.at(0, edge + y * g_.stride, edge + x * g_.stride, 0));
    k.depthwise({.in = dilated.data(),
                 .in_row = dilated.shape().w * channels,
                 .weights = flip_depthwise(weights_).data(),
                 .out = dz.data(),
                 .rows = g_.in_h,
                 .width = g_.in_w,
                 .channels = channels,
                 .kernel = g_.kernel,
                 .stride = 1});
    k.mask_gradient(norm(0, g_.in_h), dz.data(), mean_.data(), out[0].data(), out[1].data(), out[2].data());
    k.depthwise_weight_gradient({.in = padded.data(),
                                 .in_row = padded.shape().w * channels,
                                 .out_gradient = dy_row(0),
                                 .gradient = out[3].data(),
                                 .rows = g_.out_h(),
                                 .width = g_.out_w(),
                                 .channels = channels,
                                 .kernel = g_.kernel,
                                 .stride = g_.stride});
    return out;
  }

  // The same by the fused kernel, in two calls: the rows before `cut`, then the others.
  Outputs fused(const Kernels& k, int64_t cut) const {
    Outputs out = sums();
    for (const auto& [first, end] : {std::pair<int64_t, int64_t>{0, cut}, {cut, g_.in_h}}) {
      const auto phase = static_cast<int>((first + g_.padding()) % g_.stride);
      const GradientPhase meets = phase_of(g_, phase);
      k.depthwise_gradient({.x = norm(first, end - first),
                            .mean = mean_.data(),
                            .dy = dy_row(meets.start + (first - meets.first) / g_.stride),
                            .weights = weights_.data(),
                            .width = g_.in_w,
                            .out_width = g_.out_w(),
                            .kernel = g_.kernel,
                            .stride = g_.stride,
                            .phase = phase,
                            .g = &out[0].at(0, std::min(first, g_.in_h - 1), 0, 0),
                            .sum = out[1].data(),
                            .products = out[2].data(),
                            .gradient = out[3].data(),
                            .stream = g_.in_c % 16 == 0});
    }
    return out;
  }

 private:
  static constexpr int64_t kBorder = 3;  // rows of zeros around dy

  const float* dy_row(int64_t row) const { return dy_.data() + (row + kBorder) * g_.out_w() * g_.out_c; }

  NormRows norm(int64_t first, int64_t rows) const {
    return {.x = x_.data() + first * g_.in_w * g_.in_c,
            .pixels = rows * g_.in_w,
            .channels = g_.in_c,
            .scale = scale_.data(),
            .shift = shift_.data(),
            .relu = relu_};
  }
  Outputs sums() const {
    Outputs zeros;
    for (const Shape& shape : {g_.input(), Shape{1, 1, 1, g_.in_c}, Shape{1, 1, 1, g_.in_c}, g_.depthwise_weight()})
      zeros.push_back(Tensor::zeros(shape));
    return zeros;
  }

  ConvGeometry g_;
  bool relu_;
  Tensor x_, weights_, scale_, shift_, mean_, dy_;
};

Tensor ordinary(const Shape& shape, Rng rng) { return random_tensor(shape, rng); }

}  // namespace

TEST_CASE("every instruction set computes the same bits, and writes nothing outside its outputs", "[core][kernels]") {
  const KernelTables tables = available_kernels();
  const Kernels& widest = *tables.table[0];
  for (const KernelCall& call : all_kernel_calls()) {
    for (const MakeTensor& make : {MakeTensor(ordinary), MakeTensor(nasty_tensor)}) {
      const Outputs expected = call.run(widest, make);
      for (int i = 1; i < tables.count; ++i) {
        const Outputs found = call.run(*tables.table[i], make);
        for (size_t output = 0; output < found.size(); ++output) {
          if (same_bits(found[output], expected[output])) continue;
          FAIL_CHECK(call.name << ", output " << output << ": " << tables.table[i]->isa << " and " << widest.isa
                               << " differ");
        }
      }
    }
  }
}

TEST_CASE("no value after the end of an input changes a result", "[core][kernels]") {
  for_each_table([](const Kernels& k) {
    for (const KernelCall& call : all_kernel_calls()) {
      for (const Tensor& output : call.run(k, ordinary)) {
        const bool clean =
            std::none_of(output.values().begin(), output.values().end(), [](float v) { return std::isnan(v); });
        if (!clean) FAIL_CHECK(call.name << ": " << k.isa << " let a value from behind an input through");
      }
    }
  });
}

TEST_CASE("a product is the sum that its comment says, and touches only its columns", "[core][kernels]") {
  const int64_t rows = 13, columns = 33, segments = 3, depth = 5, b_step = columns + 1, c_row = columns + 2;
  const Rng rng(11);
  // Read as for a weight gradient: a by columns, b as rows of a tensor.
  const Tensor a = random_tensor({segments, depth, 1, rows}, rng.fork("a")),
               b = random_tensor({segments, depth, 1, b_step}, rng.fork("b"));
  for_each_table([&](const Kernels& k) {
    for (const bool accumulate : {false, true}) {
      Guarded c({rows, 1, 1, c_row}, 0.5f);
      k.product({.a = a.data(),
                 .a_row = 1,
                 .a_segment = depth * rows,
                 .a_step = rows,
                 .b = b.data(),
                 .b_panel = 16,
                 .b_segment = depth * b_step,
                 .b_step = b_step,
                 .c = c.data(),
                 .c_row = c_row,
                 .rows = rows,
                 .columns = columns,
                 .segments = segments,
                 .depth = depth,
                 .accumulate = accumulate});
      std::vector<double> expected(static_cast<size_t>(rows * c_row), 0.5);
      for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < columns; ++n) {
          double& sum = expected[static_cast<size_t>(m * c_row + n)] = accumulate ? 0.5 : 0.0;
          for (int64_t i = 0; i < segments * depth; ++i)
            sum += double{a.data()[i * rows + m]} * double{b.data()[i * b_step + n]};
        }
      CAPTURE(k.isa, accumulate);
      CHECK_THAT(Values(c.take()), close_to({rows, 1, 1, c_row}, expected, sum_tolerance(segments * depth)));
      CHECK(c.untouched_around());
    }
  });
}

TEST_CASE("a depthwise convolution that makes its sums, streamed or not, is the one without and the sums after it",
          "[core][kernels]") {
  const int kernel = GENERATE(3, 5);
  const int stride = GENERATE(1, 2);
  for (const int64_t channels : {1, 16, 33, 48})
    for (const int64_t width : {1, 4, 13})
      for (const bool stream : {false, true}) {
        if (stream && channels % 16 != 0) continue;
        const int64_t rows = 3;
        const Rng rng(17);
        const Shape in{1, (rows - 1) * stride + kernel, (width - 1) * stride + kernel, channels},
            all{1, rows, width, channels};
        const Tensor x = random_tensor(in, rng.fork("x")),
                     w = random_tensor({1, kernel, kernel, channels}, rng.fork("w"));
        for_each_table([&](const Kernels& k) {
          const auto outputs = [&] {
            return std::array{Tensor::zeros(all), Tensor::full({1, 1, 1, channels}, 0.5f),
                              Tensor::full({1, 1, 1, channels}, 0.25f)};
          };
          std::array<Tensor, 3> expected = outputs(), found = outputs();
          DepthwiseRows d{.in = x.data(),
                          .in_row = in.w * channels,
                          .weights = w.data(),
                          .out = expected[0].data(),
                          .rows = rows,
                          .width = width,
                          .channels = channels,
                          .kernel = kernel,
                          .stride = stride};
          k.depthwise(d);
          k.channel_sums(expected[0].data(), rows * width, channels, expected[1].data(), expected[2].data());
          d.out = found[0].data();
          d.sum = found[1].data();
          d.squares = found[2].data();
          d.stream = stream;
          k.depthwise(d);
          CAPTURE(k.isa, kernel, stride, channels, width, stream);
          for (size_t i = 0; i < found.size(); ++i) CHECK(same_bits(found[i], expected[i]));
        });
      }
}

TEST_CASE("the fused depthwise gradient is its three kernels one after another, bit by bit", "[core][kernels]") {
  for (const auto& window : {std::pair{3, 1}, {3, 2}, {5, 2}, {7, 2}})
    for (const int64_t channels : {1, 16, 33})
      for (const int64_t width : {1, 2, 3, 7, 16})
        for (const bool relu : {false, true}) {
          const int kernel = window.first, stride = window.second;
          const DepthwiseGradientCase made(kernel, stride, 7, width, channels, relu);
          for_each_table([&](const Kernels& k) {
            CAPTURE(k.isa, kernel, stride, channels, width, relu);
            const Outputs expected = made.one_after_another(k);
            for (const int64_t cut : {7, 1, 4}) {  // a second call may start at any row
              CAPTURE(cut);
              const Outputs found = made.fused(k, cut);
              for (size_t i = 0; i < found.size(); ++i) CHECK(same_bits(found[i], expected[i]));
            }
          });
        }
}

TEST_CASE("flat kernels follow their formulas", "[core][kernels]") {
  const int64_t count = 21;
  const Shape shape{1, 1, 1, count};
  const Rng rng(14);
  const Tensor a = random_tensor(shape, rng.fork("a")), w = random_tensor(shape, rng.fork("w")),
               v = random_tensor(shape, rng.fork("v"));
  for_each_table([&](const Kernels& k) {
    Tensor value = w.clone(), velocity = v.clone();
    k.sgd(value.data(), a.data(), velocity.data(), count, 0.1f, 0.9f, 0.01f, 0.5f);
    double squares = 0.0;
    for (int64_t i = 0; i < count; ++i) {
      const double g = 0.5 * double{a.data()[i]} + 0.01 * double{w.data()[i]}, fresh = 0.9 * double{v.data()[i]} + g;
      CHECK(double{velocity.data()[i]} == Approx(fresh).margin(1e-6));
      CHECK(double{value.data()[i]} == Approx(double{w.data()[i]} - 0.1 * fresh).margin(1e-6));
      squares += double{a.data()[i]} * double{a.data()[i]};
    }
    CHECK(k.sum_squares(a.data(), count) == Approx(squares).epsilon(1e-6));
    const uint8_t bytes[3] = {0, 121, 255};
    float real[3];
    k.bytes_to_real(bytes, 3, 121.0f, 0.5f, real);
    CHECK((real[0] == -60.5f && real[1] == 0.0f && real[2] == 67.0f));
  });
}

TEST_CASE("a ReLU turns negative zero into zero and shuts the gradient at zero", "[core][kernels]") {
  const Shape four{1, 1, 1, 4};
  const Tensor x = to_tensor(four, {-0.0, 0.0, -1.0, 0x1p-149}), dy = Tensor::full(four, 1.0f);
  for_each_table([&](const Kernels& k) {
    Tensor y = Tensor::zeros(four), dx = Tensor::zeros(four);
    k.relu(x.data(), 4, y.data());
    k.relu_gradient(x.data(), dy.data(), 4, dx.data());
    CHECK_FALSE(std::signbit(y.data()[0]));
    CHECK(to_doubles(y) == std::vector<double>{0, 0, 0, 0x1p-149});
    CHECK(to_doubles(dx) == std::vector<double>{0, 0, 0, 1});
  });
}

TEST_CASE("the machine's tables end with the baseline, and the chosen one is among them", "[core][kernels]") {
  const KernelTables tables = available_kernels();
  REQUIRE(tables.count >= 1);
  CHECK(std::string(tables.table[tables.count - 1]->isa) == "baseline");
  bool found = false;
  for_each_table([&](const Kernels& k) { found = found || &k == &kernels(); });
  CHECK(found);
}
