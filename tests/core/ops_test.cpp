// The operations on a tape (core/autograd/ops.h) against the reference: values, and the gradients that arrive at every
// input.
#include "core/autograd/ops.h"
#include "core/conv/convolution.h"
#include "core/error.h"
#include "core/reference/add.h"
#include "core/reference/batch_norm.h"
#include "core/reference/depthwise.h"
#include "core/reference/linear.h"
#include "core/reference/pool.h"
#include "core/reference/relu.h"
#include "core/reference/softmax_xent.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr double kTolerance = 3e-6;

Parameter make_parameter(const Shape& shape, const char* name) {
  return {.name = name, .value = random_tensor(shape, Rng(31).fork(name)), .gradient = {}};
}

// Turns a value into a loss of one element, sum of weights * y, so that exactly `weights` flows back into y.
Var project(Tape& tape, Var y, const Tensor& weights) {
  double sum = 0.0;
  for (int64_t i = 0; i < weights.size(); ++i) sum += double{weights.data()[i]} * double{tape.value(y).data()[i]};
  const Tensor* slope = &weights;
  return tape.record(Tensor::full({1, 1, 1, 1}, static_cast<float>(sum)), {y},
                     [y, slope](Tape& t, const Tensor&) { t.accumulate(y, slope->clone()); });
}

// Runs build(tape), checks its value, and sends dy back through it.
template <class Build>
void run(const Build& build, const std::vector<double>& expected, const Tensor& dy) {
  Tape tape(Tape::Mode::kRecord);
  const Var y = build(tape);
  CHECK_THAT(Values(tape.value(y)), close_to(dy.shape(), expected, kTolerance));
  tape.backward(project(tape, y, dy));
}

void check_gradient(const Parameter& p, const std::vector<double>& expected) {
  INFO(p.name);
  REQUIRE_FALSE(p.gradient.empty());
  CHECK_THAT(Values(p.gradient), close_to(p.value.shape(), expected, kTolerance));
}

}  // namespace

TEST_CASE("convolutions on a tape give value and gradients of the reference", "[core][ops]") {
  const ConvGeometry g{.batch = 2, .in_h = 5, .in_w = 6, .in_c = 4, .out_c = 4, .kernel = 3, .stride = 2};
  Parameter x = make_parameter(g.input(), "x"), w = make_parameter(g.weight(), "w"),
            dw = make_parameter(g.depthwise_weight(), "dw");
  const Tensor dy = random_tensor(g.output(), Rng(32));
  SECTION("standard") {
    run([&](Tape& t) { return conv2d(t, t.parameter(x), t.parameter(w), 2); },
        reference::conv2d(g, to_doubles(x.value), to_doubles(w.value)), dy);
    check_gradient(x, reference::conv2d_input_gradient(g, to_doubles(dy), to_doubles(w.value)));
    check_gradient(w, reference::conv2d_weight_gradient(g, to_doubles(x.value), to_doubles(dy)));
  }
  SECTION("depthwise") {
    run([&](Tape& t) { return depthwise(t, t.parameter(x), t.parameter(dw), 2); },
        reference::depthwise(g, to_doubles(x.value), to_doubles(dw.value)), dy);
    check_gradient(x, reference::depthwise_input_gradient(g, to_doubles(dy), to_doubles(dw.value)));
    check_gradient(dw, reference::depthwise_weight_gradient(g, to_doubles(x.value), to_doubles(dy)));
  }
}

TEST_CASE("batch norm on a tape gives value, statistics and gradients of the reference", "[core][ops]") {
  const Shape shape{3, 4, 5, 6};
  for (const bool relu : {false, true}) {
    Parameter x = make_parameter(shape, "x"), gamma = make_parameter({1, 1, 1, 6}, "gamma"),
              beta = make_parameter({1, 1, 1, 6}, "beta");
    const Tensor dy = random_tensor(shape, Rng(33));
    reference::BatchNorm<double> norm{to_doubles(gamma.value), to_doubles(beta.value), double{1e-5f}, relu, {}, {}};
    const auto y = reference::batch_norm(norm, to_doubles(x.value));
    ChannelStatistics batch;
    run(
        [&](Tape& t) {
          return batch_norm(t, t.parameter(x), t.parameter(gamma), t.parameter(beta), 1e-5f, relu, batch);
        },
        y, dy);
    const auto d = reference::batch_norm_gradients(norm, to_doubles(x.value), to_doubles(dy));
    check_gradient(x, d.x);
    check_gradient(gamma, d.gamma);
    check_gradient(beta, d.beta);
    CHECK_THAT(Values(batch.variance), close_to(batch.variance.shape(), norm.variance, kTolerance));
  }
}

TEST_CASE("a linear layer, convolution and bias on a tape, is the reference's", "[core][ops]") {
  const reference::LinearGeometry g{.batch = 5, .in = 20, .out = 7};
  Parameter x = make_parameter({5, 1, 1, 20}, "x"), w = make_parameter({7, 1, 1, 20}, "w"),
            b = make_parameter({1, 1, 1, 7}, "b");
  const Tensor dy = random_tensor({5, 1, 1, 7}, Rng(34));
  run([&](Tape& t) { return add_bias(t, conv2d(t, t.parameter(x), t.parameter(w), 1), t.parameter(b)); },
      reference::linear(g, to_doubles(x.value), to_doubles(w.value), to_doubles(b.value)), dy);
  const auto d = reference::linear_gradients(g, to_doubles(x.value), to_doubles(w.value), to_doubles(dy));
  check_gradient(x, d.x);
  check_gradient(w, d.weight);
  check_gradient(b, d.bias);
}

TEST_CASE("ReLU, sum and pool on a tape give value and gradients of the reference", "[core][ops]") {
  const Shape shape{3, 5, 7, 9};
  Parameter x = make_parameter(shape, "x"), other = make_parameter(shape, "other");
  const Tensor dy = random_tensor(shape, Rng(35)), pooled = random_tensor({3, 1, 1, 9}, Rng(36));
  SECTION("ReLU") {
    run([&](Tape& t) { return relu(t, t.parameter(x)); }, reference::relu(to_doubles(x.value)), dy);
    check_gradient(x, reference::relu_gradient(to_doubles(x.value), to_doubles(dy)));
  }
  SECTION("sum") {
    run([&](Tape& t) { return add(t, t.parameter(x), t.parameter(other)); },
        reference::add(to_doubles(x.value), to_doubles(other.value)), dy);
    check_gradient(x, to_doubles(dy));
    check_gradient(other, to_doubles(dy));
  }
  SECTION("pool") {
    run([&](Tape& t) { return global_average_pool(t, t.parameter(x)); },
        reference::global_average_pool(shape, to_doubles(x.value)), pooled);
    check_gradient(x, reference::global_average_pool_gradient(shape, to_doubles(pooled)));
  }
}

TEST_CASE("cross-entropy on a tape gives loss and gradient of the reference", "[core][ops]") {
  const std::vector<int> labels{0, 9, 4, 4, 2};
  const auto weights = GENERATE(std::vector<float>{}, std::vector<float>{0.5f, 2, 1, 1, 3, 1, 1, 1, 1, 0.25f});
  const std::vector<double> exact(weights.begin(), weights.end());
  for (const float smoothing : {0.0f, 0.1f}) {
    for (const float size : {1.0f, 100.0f}) {
      Parameter logits{.name = "logits", .value = random_tensor({5, 1, 1, 10}, Rng(37), -size, size), .gradient = {}};
      const auto expected = reference::softmax_xent(to_doubles(logits.value), labels, double{smoothing}, exact);
      Tape tape(Tape::Mode::kRecord);
      const Var loss = softmax_cross_entropy(tape, tape.parameter(logits), labels, smoothing, weights);
      CHECK(double{tape.value(loss).data()[0]} == Approx(expected.loss).epsilon(1e-6));
      tape.backward(loss);
      check_gradient(logits, expected.gradient);
    }
  }
}

TEST_CASE("summands of different shapes are refused with both shapes", "[core][ops]") {
  Tape tape(Tape::Mode::kRecord);
  const Var a = tape.constant(Tensor::zeros({1, 2, 2, 3})), b = tape.constant(Tensor::zeros({1, 2, 2, 4}));
  CHECK_THROWS_WITH(add(tape, a, b), Catch::Contains("[1,2,2,3]") && Catch::Contains("[1,2,2,4]"));
}
