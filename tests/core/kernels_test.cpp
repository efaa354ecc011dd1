// Every table of kernels that this machine runs: against the reference in double, against each other bit by bit, and within their bounds.
#include <catch2/catch.hpp>

#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/kernels/kernels.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "tests/support/allclose.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr int64_t kGuard = 80;
constexpr float kGuardValue = 12345.0f;

// An output between two strips of guard values.
class Guarded {
 public:
  explicit Guarded(const Shape& shape, float start = kGuardValue) : shape_(shape), all_(Tensor::full({1, 1, 1, shape.size() + 2 * kGuard}, kGuardValue)) {
    std::fill_n(data(), shape.size(), start);
  }
  float* data() { return all_.data() + kGuard; }
  Tensor take() const {
    Tensor inside = Tensor::uninitialized(shape_);
    std::copy_n(all_.data() + kGuard, shape_.size(), inside.data());
    return inside;
  }
  bool untouched_around() const {
    const auto same = [](float value) { return value == kGuardValue; };
    return std::all_of(all_.data(), all_.data() + kGuard, same) && std::all_of(all_.data() + kGuard + shape_.size(), all_.data() + all_.size(), same);
  }

 private:
  Shape shape_;
  Tensor all_;
};

// All outputs of one call.
using Outputs = std::vector<Tensor>;
// Makes inputs from `tensor` (ordinary or nasty numbers), runs one kernel of the table and returns what it wrote; requires the guards intact.
using MakeTensor = std::function<Tensor(const Shape&, Rng)>;
using Call = std::function<Outputs(const Kernels&, const MakeTensor&)>;

struct NamedCall {
  std::string name;
  Call call;
};

Outputs finish(std::initializer_list<const Guarded*> outputs) {
  Outputs taken;
  for (const Guarded* output : outputs) {
    REQUIRE(output->untouched_around());
    taken.push_back(output->take());
  }
  return taken;
}

// rows x columns, with c wider than its columns; b packed in panels.
NamedCall product_call(int64_t rows, int64_t columns, int64_t segments, int64_t depth, bool accumulate) {
  return {text("product ", rows, "x", columns, "x", segments, "x", depth, accumulate ? " accumulating" : ""), [=](const Kernels& k, const MakeTensor& make) {
            const Rng rng(11);
            const int64_t panels = (columns + 15) / 16, c_row = columns + 3;
            const Tensor a = make({rows, segments, 1, depth + 2}, rng.fork("a")), b = make({panels, segments, depth, 16}, rng.fork("b"));
            Guarded c({rows, 1, 1, c_row});
            k.product({.a = a.data(), .a_row = segments * (depth + 2), .a_segment = depth + 2, .a_step = 1, .b = b.data(), .b_panel = segments * depth * 16,
                       .b_segment = depth * 16, .b_step = 16, .c = c.data(), .c_row = c_row, .rows = rows, .columns = columns, .segments = segments,
                       .depth = depth, .accumulate = accumulate});
            return finish({&c});
          }};
}

NamedCall depthwise_call(int kernel, int stride, int64_t rows, int64_t width, int64_t channels) {
  return {text("depthwise kernel ", kernel, " stride ", stride, " ", rows, "x", width, "x", channels), [=](const Kernels& k, const MakeTensor& make) {
            const Rng rng(12);
            const Shape in{1, (rows - 1) * stride + kernel, (width - 1) * stride + kernel, channels};
            const Tensor x = make(in, rng.fork("x")), w = make({1, kernel, kernel, channels}, rng.fork("w")), dy = make({1, rows, width, channels}, rng.fork("dy"));
            Guarded y({1, rows, width, channels}), gradient({1, kernel, kernel, channels}, 0.25f);
            k.depthwise({.in = x.data(), .in_row = in.w * channels, .weights = w.data(), .out = y.data(), .rows = rows, .width = width,
                         .channels = channels, .kernel = kernel, .stride = stride});
            k.depthwise_weight_gradient({.in = x.data(), .in_row = in.w * channels, .out_gradient = dy.data(), .gradient = gradient.data(), .rows = rows,
                                         .width = width, .channels = channels, .kernel = kernel, .stride = stride});
            return finish({&y, &gradient});
          }};
}

NamedCall norm_call(int64_t pixels, int64_t channels, bool relu) {
  return {text("norm ", pixels, "x", channels, relu ? " with ReLU" : ""), [=](const Kernels& k, const MakeTensor& make) {
            const Rng rng(13);
            const Shape all{1, 1, pixels, channels}, one{1, 1, 1, channels};
            const Tensor x = make(all, rng.fork("x")), dy = make(all, rng.fork("dy")), scale = make(one, rng.fork("scale"));
            const Tensor shift = make(one, rng.fork("shift")), mean = make(one, rng.fork("mean"));
            const NormRows rows{.x = x.data(), .pixels = pixels, .channels = channels, .scale = scale.data(), .shift = shift.data(), .relu = relu};
            Guarded y(all), dx(all), sum(one), squares(one), gradient_sum(one), products(one), pixel_sum(one);
            k.channel_sums(x.data(), pixels, channels, sum.data(), squares.data());
            k.normalize(rows, y.data());
            k.normalize_gradient_sums(rows, dy.data(), mean.data(), gradient_sum.data(), products.data());
            k.normalize_gradient(rows, dy.data(), mean.data(), shift.data(), dx.data());
            k.sum_pixels(x.data(), pixels, channels, pixel_sum.data());
            return finish({&y, &dx, &sum, &squares, &gradient_sum, &products, &pixel_sum});
          }};
}

NamedCall flat_call(int64_t count) {
  return {text("flat arrays of ", count), [=](const Kernels& k, const MakeTensor& make) {
            Rng rng(14);
            const Shape shape{1, 1, 1, count};
            const Tensor a = make(shape, rng.fork("a")), b = make(shape, rng.fork("b")), start = make(shape, rng.fork("v")), w = make(shape, rng.fork("w"));
            std::vector<uint8_t> bytes;
            for (int64_t i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(rng.below(256)));
            Guarded relu(shape), relu_gradient(shape), add(shape), scale(shape), real(shape), value(shape), velocity(shape), squares({1, 1, 1, 1});
            std::copy_n(w.data(), count, value.data());
            std::copy_n(start.data(), count, velocity.data());
            k.relu(a.data(), count, relu.data());
            k.relu_gradient(a.data(), b.data(), count, relu_gradient.data());
            k.add(a.data(), b.data(), count, add.data());
            k.scale(a.data(), 0.3f, count, scale.data());
            k.bytes_to_real(bytes.data(), count, 121.0f, 0.01578f, real.data());
            k.sgd(value.data(), a.data(), velocity.data(), count, 0.025f, 0.9f, 3e-4f, 0.7f);
            squares.data()[0] = static_cast<float>(k.sum_squares(a.data(), count));
            return finish({&relu, &relu_gradient, &add, &scale, &real, &value, &velocity, &squares});
          }};
}

// The integers of a quantised layer, all extremes among them. Sums are whole numbers that a float holds exactly.
struct Integers {
  Tensor sum;
  std::vector<int32_t> bias, multiplier, right_shift;

  Integers(int64_t pixels, int64_t channels) : sum(Tensor::uninitialized({1, 1, pixels, channels})) {
    Rng rng(15);
    for (float& value : sum.values()) value = static_cast<float>(static_cast<int32_t>(rng.below(1u << 25)) - (1 << 24));
    for (int64_t c = 0; c < channels; ++c) {
      bias.push_back(static_cast<int32_t>(rng.below(20001)) - 10000);
      multiplier.push_back(c % 5 == 0 ? INT32_MAX : static_cast<int32_t>((1u << 30) + rng.below(1u << 30)));
      right_shift.push_back(c % 7 == 0 ? 31 * (c % 2 == 0) : 10 + static_cast<int32_t>(rng.below(10)));
    }
  }
};

NamedCall requantize_call(int64_t pixels, int64_t channels) {
  return {text("requantize ", pixels, "x", channels), [=](const Kernels& k, const MakeTensor& make) {
            const Integers in(pixels, channels);
            const Tensor dy = make(in.sum.shape(), Rng(16));
            std::vector<uint8_t> inside(static_cast<size_t>(pixels * channels));
            Guarded out(in.sum.shape()), dx(in.sum.shape()), mask(in.sum.shape());
            k.requantize({.sum = in.sum.data(), .pixels = pixels, .channels = channels, .bias = in.bias.data(), .multiplier = in.multiplier.data(),
                          .right_shift = in.right_shift.data(), .zero_point = -7, .low = -7, .high = 120, .out = out.data(), .inside = inside.data()});
            k.mask(dy.data(), inside.data(), dy.size(), dx.data());
            std::copy(inside.begin(), inside.end(), mask.data());
            return finish({&out, &dx, &mask});
          }};
}

std::vector<NamedCall> all_calls() {
  std::vector<NamedCall> calls;
  for (const int64_t rows : {1, 2, 5, 8, 13, 17, 31})
    for (const int64_t columns : {1, 15, 16, 17, 31, 33, 48, 64, 72, 81})
      for (const bool accumulate : {false, true}) calls.push_back(product_call(rows, columns, 3, 7, accumulate));
  calls.push_back(product_call(16, 48, 1, 500, false));
  for (const int kernel : {1, 3, 5, 7})
    for (const int stride : {1, 2, 3})
      for (const int64_t channels : {1, 15, 16, 17, 33, 72})
        for (const int64_t width : {1, 7, 8, 19}) calls.push_back(depthwise_call(kernel, stride, 2, width, channels));
  for (const int64_t channels : {1, 15, 16, 17, 31, 33, 48, 72})
    for (const bool relu : {false, true}) calls.push_back(norm_call(37, channels, relu));
  for (const int64_t count : {1, 15, 16, 17, 63, 1000}) calls.push_back(flat_call(count));
  for (const int64_t channels : {1, 15, 16, 17, 40}) calls.push_back(requantize_call(23, channels));
  return calls;
}

template <class Body>
void for_each_table(const Body& body) {
  const KernelTables tables = available_kernels();
  for (int i = 0; i < tables.count; ++i) body(*tables.table[i]);
}

Tensor ordinary(const Shape& shape, Rng rng) { return random_tensor(shape, rng); }

}  // namespace

TEST_CASE("every instruction set computes the same bits, and writes nothing outside its outputs", "[core][kernels]") {
  const KernelTables tables = available_kernels();
  const Kernels& widest = *tables.table[0];
  for (const NamedCall& named : all_calls()) {
    for (const MakeTensor& make : {MakeTensor(ordinary), MakeTensor(nasty_tensor)}) {
      const Outputs expected = named.call(widest, make);
      for (int i = 1; i < tables.count; ++i) {
        const Outputs found = named.call(*tables.table[i], make);
        for (size_t output = 0; output < found.size(); ++output) {
          if (same_bits(found[output], expected[output])) continue;
          FAIL_CHECK(named.name << ", output " << output << ": " << tables.table[i]->isa << " and " << widest.isa << " differ");
        }
      }
    }
  }
}

TEST_CASE("nothing behind the end of an input reaches a result", "[core][kernels]") {
  for_each_table([](const Kernels& k) {
    for (const NamedCall& named : all_calls()) {
      for (const Tensor& output : named.call(k, ordinary)) {
        const bool clean = std::none_of(output.values().begin(), output.values().end(), [](float v) { return std::isnan(v); });
        if (!clean) FAIL_CHECK(named.name << ": " << k.isa << " let a value from behind an input through");
      }
    }
  });
}

TEST_CASE("a product is the sum that its comment says, and touches only its columns", "[core][kernels]") {
  const int64_t rows = 13, columns = 33, segments = 3, depth = 5;
  const Rng rng(11);
  // Read as a weight gradient reads it: a by columns, b as rows of a tensor, one float further at each step.
  const Tensor a = random_tensor({segments, depth, 1, rows}, rng.fork("a")), b = random_tensor({segments, depth, 1, columns + 1}, rng.fork("b"));
  for_each_table([&](const Kernels& k) {
    for (const bool accumulate : {false, true}) {
      Guarded c({rows, 1, 1, columns + 2}, 0.5f);
      k.product({.a = a.data(), .a_row = 1, .a_segment = depth * rows, .a_step = rows, .b = b.data(), .b_panel = 16, .b_segment = depth * (columns + 1),
                 .b_step = columns + 1, .c = c.data(), .c_row = columns + 2, .rows = rows, .columns = columns, .segments = segments, .depth = depth,
                 .accumulate = accumulate});
      std::vector<double> expected(static_cast<size_t>(rows * (columns + 2)), 0.5);
      for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < columns; ++n) {
          double& sum = expected[static_cast<size_t>(m * (columns + 2) + n)] = accumulate ? 0.5 : 0.0;
          for (int64_t step = 0; step < segments * depth; ++step) sum += double{a.data()[step * rows + m]} * double{b.data()[step * (columns + 1) + n]};
        }
      CAPTURE(k.isa, accumulate);
      CHECK_THAT(Values(c.take()), close_to({rows, 1, 1, columns + 2}, expected, sum_tolerance(segments * depth)));
      CHECK(c.untouched_around());
    }
  });
}

TEST_CASE("flat kernels follow their formulas", "[core][kernels]") {
  const int64_t count = 21;
  const Shape shape{1, 1, 1, count};
  const Rng rng(14);
  const Tensor a = random_tensor(shape, rng.fork("a")), w = random_tensor(shape, rng.fork("w")), v = random_tensor(shape, rng.fork("v"));
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
  const float x[4] = {-0.0f, 0.0f, -1.0f, 0x1p-149f}, dy[4] = {1.0f, 1.0f, 1.0f, 1.0f};
  for_each_table([&](const Kernels& k) {
    const Tensor in = to_tensor({1, 1, 1, 4}, {x[0], x[1], x[2], x[3]}), slope = to_tensor({1, 1, 1, 4}, {dy[0], dy[1], dy[2], dy[3]});
    Tensor y = Tensor::zeros({1, 1, 1, 4}), dx = Tensor::zeros({1, 1, 1, 4});
    k.relu(in.data(), 4, y.data());
    k.relu_gradient(in.data(), slope.data(), 4, dx.data());
    CHECK_FALSE(std::signbit(y.data()[0]));
    CHECK(to_doubles(y) == std::vector<double>{0, 0, 0, 0x1p-149});
    CHECK(to_doubles(dx) == std::vector<double>{0, 0, 0, 1});
  });
}

TEST_CASE("requantising gives the device's bytes, and marks those that the clamp did not touch", "[core][kernels]") {
  const int64_t pixels = 300, channels = 40;
  const Integers in(pixels, channels);
  for_each_table([&](const Kernels& k) {
    Tensor out = Tensor::uninitialized(in.sum.shape());
    std::vector<uint8_t> inside(static_cast<size_t>(out.size()));
    k.requantize({.sum = in.sum.data(), .pixels = pixels, .channels = channels, .bias = in.bias.data(), .multiplier = in.multiplier.data(),
                  .right_shift = in.right_shift.data(), .zero_point = 3, .low = -100, .high = 90, .out = out.data(), .inside = inside.data()});
    int64_t wrong = 0;
    for (int64_t i = 0; i < out.size(); ++i) {
      const auto c = static_cast<size_t>(i % channels);
      const int32_t q = mn_rescale(static_cast<int32_t>(in.sum.data()[i]) + in.bias[c], in.multiplier[c], in.right_shift[c]) + 3;
      wrong += out.data()[i] != static_cast<float>(std::clamp(q, -100, 90) - 3) || (inside[static_cast<size_t>(i)] != 0) != (q >= -100 && q <= 90);
    }
    CAPTURE(k.isa);
    CHECK(wrong == 0);
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
