// The operations of quantisation-aware training one by one: integers by the plain definition, gradients straight through the rounding.
#include "nn/quantized_ops.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "core/ops.h"
#include "core/reference/depthwise.h"
#include "mcu/runtime/mn_arithmetic.h"
#include "nn/fold.h"
#include "nn/quantized_network.h"
#include "tests/nn/small_networks.h"
#include "tests/support/allclose.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr Quantization kInput{.scale = 0.02, .zero_point = -3};

// A convolution with its integers and an input of whole numbers.
struct Case {
  LayerSpec layer;
  ConvGeometry g;
  QuantizedLayer q;
  Parameter x, weight, bias;

  bool is_depthwise() const { return layer.kind == LayerKind::kDepthwise; }
  Shape weight_shape() const { return is_depthwise() ? g.depthwise_weight() : g.weight(); }
};

Case make_case(LayerKind kind, const ConvGeometry& g, Rng rng) {
  Case c{.layer = {"layer", kind, kImage, kImage, static_cast<int>(g.out_c), g.kernel, g.stride, true, false, false},
         .g = g,
         .q = {},
         .x = {},
         .weight = {},
         .bias = {}};
  for (int64_t i = 0; i < c.weight_shape().size(); ++i) c.q.weights.push_back(static_cast<int8_t>(static_cast<int>(rng.below(255)) - 127));
  for (int64_t i = 0; i < g.out_c; ++i) {
    c.q.bias.push_back(static_cast<int32_t>(rng.below(4000)) - 2000);
    c.q.rescale.push_back(to_fixed_point(double{rng.uniform(0.002f, 0.01f)}, "test"));
    c.q.weight_scales.push_back(double{rng.uniform(0.001f, 0.1f)});
  }
  c.q.output = {.scale = 0.05, .zero_point = 20};
  c.q.low = 20;
  c.q.high = 110;
  c.x = {.name = "x", .value = Tensor::uninitialized(g.input()), .gradient = {}};
  for (float& value : c.x.value.values()) value = static_cast<float>(static_cast<int>(rng.below(256)) - 128 - kInput.zero_point);
  c.weight = {.name = "weight", .value = Tensor::zeros(c.weight_shape()), .gradient = {}};
  c.bias = {.name = "bias", .value = Tensor::zeros({1, 1, 1, g.out_c}), .gradient = {}};
  return c;
}

// Accumulators by the definition, exact in double.
std::vector<double> sums_of(const Case& c) {
  const std::vector<double> x = to_doubles(c.x.value), weights(c.q.weights.begin(), c.q.weights.end());
  auto sums = c.is_depthwise() ? reference::depthwise(c.g, x, weights) : reference::conv2d(c.g, x, weights);
  for (size_t i = 0; i < sums.size(); ++i) sums[i] += c.q.bias[i % c.q.bias.size()];
  return sums;
}

struct Expected {
  std::vector<double> values;  // output bytes without their zero point
  std::vector<double> inside;  // 1 where the clamp did not act
};

Expected expected_of(const Case& c) {
  Expected e;
  const auto sums = sums_of(c);
  for (size_t i = 0; i < sums.size(); ++i) {
    const FixedPoint& m = c.q.rescale[i % c.q.rescale.size()];
    const auto sum = static_cast<int32_t>(sums[i]);
    e.values.push_back(mn_requantize(sum, m.multiplier, m.right_shift, c.q.output.zero_point, c.q.low, c.q.high) - c.q.output.zero_point);
    const int64_t free = int64_t{mn_rescale(sum, m.multiplier, m.right_shift)} + c.q.output.zero_point;
    e.inside.push_back(free >= c.q.low && free <= c.q.high ? 1.0 : 0.0);
  }
  return e;
}

Var project(Tape& tape, Var y, const Tensor& slopes) {
  const Tensor* dy = &slopes;
  return tape.record(Tensor::zeros({1, 1, 1, 1}), {y}, [y, dy](Tape& t, const Tensor&) { t.accumulate(y, dy->clone()); });
}

// Value, and the three gradients with respect to real values: those of a convolution with the weights that the integers stand for, behind
// the clamp's mask.
void check(Case& c) {
  INFO(to_text(c.layer.kind) << " " << c.g.kernel << "/" << c.g.stride << ", " << c.g.in_c << " channels");
  const Expected e = expected_of(c);
  const Tensor slopes = random_tensor(c.g.output(), Rng(77));
  Tape tape(Tape::Mode::kRecord);
  const Var y = quantized_convolution(tape, c.layer, c.q, kInput, tape.parameter(c.x), tape.parameter(c.weight), tape.parameter(c.bias));
  CHECK(to_doubles(tape.value(y)) == e.values);
  tape.backward(project(tape, y, slopes));
  std::vector<double> dy = to_doubles(slopes), x = to_doubles(c.x.value), weights(c.q.weights.begin(), c.q.weights.end()),
                      bias(c.q.bias.size());
  for (size_t i = 0; i < dy.size(); ++i) dy[i] *= e.inside[i];
  for (size_t i = 0; i < dy.size(); ++i) bias[i % bias.size()] += dy[i];
  for (double& value : x) value *= kInput.scale;
  const size_t per_channel = weights.size() / bias.size();
  for (size_t i = 0; i < weights.size(); ++i) weights[i] *= c.q.weight_scales[c.is_depthwise() ? i % bias.size() : i / per_channel];
  const double tolerance = 4.0 * sum_tolerance(static_cast<int64_t>(dy.size()));
  CHECK_THAT(Values(c.bias.gradient), close_to(c.bias.value.shape(), bias, tolerance));
  CHECK_THAT(Values(c.weight.gradient),
             close_to(c.weight_shape(),
                      c.is_depthwise() ? reference::depthwise_weight_gradient(c.g, x, dy) : reference::conv2d_weight_gradient(c.g, x, dy),
                      tolerance));
  CHECK_THAT(Values(c.x.gradient), close_to(c.g.input(),
                                            c.is_depthwise() ? reference::depthwise_input_gradient(c.g, dy, weights)
                                                             : reference::conv2d_input_gradient(c.g, dy, weights),
                                            tolerance));
}

int64_t clamped_outputs(const Case& c) {
  const auto inside = expected_of(c).inside;
  return std::count(inside.begin(), inside.end(), 0.0);
}

}  // namespace

TEST_CASE("quantised convolutions give the integers of the definition, and pass gradients straight through where nothing clamps",
          "[nn][quantized_ops]") {
  for (const int kernel : {1, 3, 5, 7})
    for (const int stride : {1, 2}) {
      Case conv = make_case(LayerKind::kConv, {.batch = 2, .in_h = 7, .in_w = 5, .in_c = 3, .out_c = 5, .kernel = kernel, .stride = stride},
                            Rng(1));
      Case depthwise = make_case(LayerKind::kDepthwise,
                                 {.batch = 2, .in_h = 7, .in_w = 5, .in_c = 5, .out_c = 5, .kernel = kernel, .stride = stride}, Rng(2));
      for (Case* c : {&conv, &depthwise}) {
        CHECK(float_is_exact(c->q.weights, 5, c->is_depthwise()));
        check(*c);
      }
      CHECK(clamped_outputs(conv) > 0);
      CHECK(clamped_outputs(conv) < conv.g.output().size());
    }
}

TEST_CASE("where float sums would not be exact, integer loops give the same integers and gradients", "[nn][quantized_ops]") {
  // Large sums that the bias takes away again, and a rescale near 1: one unit lost in 2^24 shows in the output.
  for (const int kernel : {1, 3}) {
    Case c =
        make_case(LayerKind::kConv,
                  {.batch = 3, .in_h = 4, .in_w = 3, .in_c = kernel == 1 ? 1100 : 130, .out_c = 3, .kernel = kernel, .stride = 1}, Rng(3));
    Rng rng(4);
    for (int8_t& weight : c.q.weights) weight = static_cast<int8_t>(120 + static_cast<int>(rng.below(8)));
    for (float& value : c.x.value.values()) value = 249.0f + static_cast<float>(rng.below(7) == 0);
    for (FixedPoint& m : c.q.rescale) m = to_fixed_point(0.13, "test");
    c.q.bias = {0, 0, 0};
    const auto sums = sums_of(c);
    for (size_t o = 0; o < 3; ++o) c.q.bias[o] = -static_cast<int32_t>(sums[(kernel == 1 ? 0 : 4) * 3 + o]);
    CHECK_FALSE(float_is_exact(c.q.weights, 3, false));
    CHECK(clamped_outputs(c) < c.g.output().size());
    check(c);
  }
}

TEST_CASE("integer loops are right for depthwise layers, strides and borders too", "[nn][quantized_ops]") {
  // One channel too heavy for floats sends the whole layer through the integer loops.
  for (const int stride : {1, 2}) {
    Case conv =
        make_case(LayerKind::kConv, {.batch = 2, .in_h = 6, .in_w = 7, .in_c = 60, .out_c = 4, .kernel = 5, .stride = stride}, Rng(5));
    for (size_t i = 0; i < conv.q.weights.size() / 4; ++i) conv.q.weights[i] = i % 2 == 0 ? 127 : -127;
    CHECK_FALSE(float_is_exact(conv.q.weights, 4, false));
    check(conv);
  }
}

TEST_CASE("floats are trusted up to sums of 2^24 in every channel, and not beyond", "[nn][quantized_ops]") {
  // 518 * 127 + 7 = 65793 = floor(2^24 / 255)
  std::vector<int8_t> light(1040, 0);
  for (size_t i = 0; i < 518; ++i) light[520 + i] = i % 2 == 0 ? 127 : -127;
  light[1038] = -7;
  CHECK(float_is_exact(light, 2, false));
  light[1038] = -8;
  CHECK_FALSE(float_is_exact(light, 2, false));
  CHECK(float_is_exact(light, 2, true));  // the same bytes as a depthwise layer: shared by two channels
  CHECK(float_is_exact(light, 1040, false));
}

TEST_CASE("a quantised pool gives the rounded average of bytes, and spreads its gradient evenly", "[nn][quantized_ops]") {
  for (const int zero_point : {-128, -3, 0, 127}) {
    const Shape shape{3, 3, 5, 6};
    Parameter x{.name = "x", .value = Tensor::uninitialized(shape), .gradient = {}};
    Rng rng(9);
    for (float& value : x.value.values()) value = static_cast<float>(static_cast<int>(rng.below(256)) - 128 - zero_point);
    Tape tape(Tape::Mode::kRecord);
    const Var y = quantized_average_pool(tape, {.scale = 0.1, .zero_point = zero_point}, tape.parameter(x));
    for (int64_t n = 0; n < 3; ++n)
      for (int64_t c = 0; c < 6; ++c) {
        int32_t sum = 0;
        for (int64_t pixel = 0; pixel < 15; ++pixel) sum += static_cast<int32_t>(x.value.at(n, pixel / 5, pixel % 5, c)) + zero_point;
        CHECK(tape.value(y).at(n, 0, 0, c) == static_cast<float>(mn_average(sum, 15) - zero_point));
      }
    const Tensor slopes = random_tensor({3, 1, 1, 6}, Rng(10));
    tape.backward(project(tape, y, slopes));
    for (int64_t i = 0; i < shape.size(); ++i)
      CHECK(x.gradient.data()[i] == Approx(slopes.at(i / 90, 0, 0, i % 6) / 15.0f));
  }
}

TEST_CASE("a quantised sum is the device's, and passes its gradient to both summands where nothing clamps", "[nn][quantized_ops]") {
  const Shape shape{2, 3, 4, 5};
  const double a_scale = 0.03, b_scale = 0.05, y_scale = 0.04;
  QuantizedLayer q{.output = {.scale = y_scale, .zero_point = -30}, .low = -30, .high = 127};
  q.rescale = {to_fixed_point(a_scale / (2.0 * b_scale), "a"), to_fixed_point(b_scale / (2.0 * b_scale), "b"),
               to_fixed_point(2.0 * b_scale / (0x1p20 * y_scale), "y")};
  Parameter a{.name = "a", .value = Tensor::uninitialized(shape), .gradient = {}},
      b{.name = "b", .value = Tensor::uninitialized(shape), .gradient = {}};
  Rng rng(11);
  for (Parameter* p : {&a, &b})
    for (float& value : p->value.values()) value = static_cast<float>(static_cast<int>(rng.below(511)) - 255);
  Tape tape(Tape::Mode::kRecord);
  const Var y = quantized_add(tape, q, tape.parameter(a), tape.parameter(b));
  const Tensor slopes = random_tensor(shape, Rng(12));
  const Tensor found = tape.value(y).clone();
  tape.backward(project(tape, y, slopes));
  int64_t clamped = 0;
  for (int64_t i = 0; i < shape.size(); ++i) {
    const double real = (a_scale * double{a.value.data()[i]} + b_scale * double{b.value.data()[i]}) / y_scale;
    const bool inside = real > -0.5 && real < 157.5;
    clamped += !inside;
    CHECK(double{found.data()[i]} == Approx(std::clamp(real, 0.0, 157.0)).margin(0.51));
    CHECK(a.gradient.data()[i] == (inside ? slopes.data()[i] : 0.0f));
    CHECK(b.gradient.data()[i] == a.gradient.data()[i]);
  }
  CHECK(clamped > 10);
  CHECK(clamped < shape.size() - 10);
}

TEST_CASE("from whole numbers to real ones is a multiplication; the gradient is that of the real value", "[nn][quantized_ops]") {
  Parameter x{.name = "x", .value = Tensor::full({1, 1, 1, 3}, 7.0f), .gradient = {}};
  Tape tape(Tape::Mode::kRecord);
  const Var y = dequantize(tape, {.scale = 0.25, .zero_point = 5}, tape.parameter(x));
  CHECK(to_doubles(tape.value(y)) == std::vector<double>{1.75, 1.75, 1.75});
  const Tensor slopes = random_tensor({1, 1, 1, 3}, Rng(13));
  tape.backward(project(tape, y, slopes));
  CHECK(same_bits(x.gradient, slopes));
}

TEST_CASE("a whole quantised network's gradients are near those of the folded float network", "[nn][quantized_ops]") {
  const NetworkSpec spec = plain_network();
  ImageSet images = noise_images(spec.input, spec.classes, 40, Rng(14));
  images.labels.assign(40, 1);  // gradients of unlike labels would cancel, and rounding would stand out
  Network network(spec, {.zero = 101, .scale = 0.0125f}, Rng(5));
  randomize_norms(network, Rng(6));
  QuantizedNetwork quantized(network, images.class_names, images);
  NetworkSpec plain = spec;
  for (LayerSpec& layer : plain.layers) {
    layer.batch_norm = false;
    layer.bias = has_weights(layer.kind);
  }
  Network folded(plain, network.pixel_scale(), Rng(1));
  auto weights = fold_batch_norm(network);
  for (size_t i = 0; i < weights.size(); ++i) {
    folded.layers()[i].weight.value = std::move(weights[i].weight);
    folded.layers()[i].bias.value = std::move(weights[i].bias);
  }
  for (Trainable* trainable : {static_cast<Trainable*>(&folded), static_cast<Trainable*>(&quantized)}) {
    Tape tape(Tape::Mode::kRecord);
    tape.backward(softmax_cross_entropy(tape, trainable->forward(tape, whole(images), Phase::kTraining), images.labels, 0.0f));
  }
  const auto expected = folded.parameters(), found = quantized.parameters();
  REQUIRE(expected.size() == found.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO(expected[i]->name);
    REQUIRE(expected[i]->name == found[i]->name);
    double error = 0.0, size = 0.0;
    for (int64_t k = 0; k < expected[i]->gradient.size(); ++k) {
      error += std::pow(double{found[i]->gradient.data()[k]} - double{expected[i]->gradient.data()[k]}, 2);
      size += std::pow(double{expected[i]->gradient.data()[k]}, 2);
    }
    CHECK(std::sqrt(error / size) < 0.2);
  }
}
