// The derivatives in core/reference/*.h against central differences of the functions beside them, in double.
#include "core/reference/batch_norm.h"
#include "core/reference/depthwise.h"
#include "core/reference/linear.h"
#include "core/reference/pool.h"
#include "core/reference/relu.h"
#include "core/reference/sgd.h"
#include "core/reference/softmax_xent.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/gradcheck.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;
using Numbers = std::vector<double>;

namespace {

const ConvGeometry kGeometries[] = {
    {.batch = 2, .in_h = 4, .in_w = 5, .in_c = 3, .out_c = 2, .kernel = 3, .stride = 1},
    {.batch = 1, .in_h = 5, .in_w = 4, .in_c = 2, .out_c = 3, .kernel = 3, .stride = 2},
    {.batch = 1, .in_h = 2, .in_w = 3, .in_c = 2, .out_c = 2, .kernel = 5, .stride = 1},
    {.batch = 2, .in_h = 1, .in_w = 1, .in_c = 1, .out_c = 2, .kernel = 7, .stride = 1},
    {.batch = 1, .in_h = 7, .in_w = 6, .in_c = 1, .out_c = 1, .kernel = 5, .stride = 3},
    {.batch = 2, .in_h = 3, .in_w = 3, .in_c = 4, .out_c = 3, .kernel = 1, .stride = 2},
};

// Random numbers at least 0.01 away from 0, where a ReLU has no derivative.
Numbers away_from_zero(int64_t count, Rng rng) {
  Numbers numbers = random_numbers(count, rng);
  for (double& number : numbers) number += number < 0 ? -0.01 : 0.01;
  return numbers;
}

reference::BatchNorm<double> make_norm(int64_t channels, bool relu, Rng rng) {
  return {.gamma = away_from_zero(channels, rng.fork("gamma")),
          .beta = random_numbers(channels, rng.fork("beta")),
          .epsilon = 1e-5,
          .relu = relu,
          .mean = {},
          .variance = {}};
}

}  // namespace

TEST_CASE("the gradients of the reference convolution are its central differences", "[core][reference]") {
  for (const ConvGeometry& g : kGeometries) {
    const Rng rng(1);
    const Numbers x = random_numbers(g.input().size(), rng.fork("x")),
                  w = random_numbers(g.weight().size(), rng.fork("w"));
    const Numbers dy = random_numbers(g.output().size(), rng.fork("dy"));
    const auto of_x = [&](const Numbers& v) { return projection(dy, reference::conv2d(g, v, w)); };
    const auto of_w = [&](const Numbers& v) { return projection(dy, reference::conv2d(g, x, v)); };
    CAPTURE(to_text(g.input()), g.kernel, g.stride);
    CHECK_THAT(Values(g.input(), reference::conv2d_input_gradient(g, dy, w)),
               close_to(g.input(), central_differences(of_x, x), kGradientTolerance));
    CHECK_THAT(Values(g.weight(), reference::conv2d_weight_gradient(g, x, dy)),
               close_to(g.weight(), central_differences(of_w, w), kGradientTolerance));
  }
}

TEST_CASE("the gradients of the reference depthwise convolution are its central differences", "[core][reference]") {
  for (ConvGeometry g : kGeometries) {
    g.out_c = g.in_c;
    const Rng rng(2);
    const Numbers x = random_numbers(g.input().size(), rng.fork("x")),
                  w = random_numbers(g.depthwise_weight().size(), rng.fork("w"));
    const Numbers dy = random_numbers(g.output().size(), rng.fork("dy"));
    const auto of_x = [&](const Numbers& v) { return projection(dy, reference::depthwise(g, v, w)); };
    const auto of_w = [&](const Numbers& v) { return projection(dy, reference::depthwise(g, x, v)); };
    CAPTURE(to_text(g.input()), g.kernel, g.stride);
    CHECK_THAT(Values(reference::depthwise_input_gradient(g, dy, w)),
               close_to(Values(central_differences(of_x, x)), kGradientTolerance));
    CHECK_THAT(Values(reference::depthwise_weight_gradient(g, x, dy)),
               close_to(Values(central_differences(of_w, w)), kGradientTolerance));
  }
}

TEST_CASE("the reference convolution equals sums written out by hand", "[core][reference]") {
  const ConvGeometry g{.batch = 1, .in_h = 1, .in_w = 3, .in_c = 1, .out_c = 1, .kernel = 3, .stride = 1};
  const Numbers x{1, 2, 3}, w{9, 9, 9, 10, 20, 30, 9, 9, 9};  // the first and the last kernel row lie outside the image
  CHECK(reference::conv2d(g, x, w) == Numbers{1 * 20 + 2 * 30, 1 * 10 + 2 * 20 + 3 * 30, 2 * 10 + 3 * 20});
  const ConvGeometry strided{.batch = 1, .in_h = 1, .in_w = 3, .in_c = 1, .out_c = 1, .kernel = 3, .stride = 2};
  CHECK(reference::conv2d(strided, x, w) == Numbers{1 * 20 + 2 * 30, 2 * 10 + 3 * 20});
}

TEST_CASE("the gradients of the reference batch norm are its central differences", "[core][reference]") {
  const int64_t pixels = 12, channels = 3;
  for (const bool relu : {false, true}) {
    const Rng rng(3);
    const auto norm = make_norm(channels, relu, rng);
    const Numbers x = random_numbers(pixels * channels, rng.fork("x")),
                  dy = random_numbers(pixels * channels, rng.fork("dy"));
    auto run = norm;
    run.relu = false;
    for (const double value : reference::batch_norm(run, x))
      REQUIRE(std::abs(value) > 1e-3);  // the ReLU has a derivative here
    run.relu = relu;
    const auto d = reference::batch_norm_gradients(run, x, dy);
    const auto with = [&](Numbers reference::BatchNorm<double>::*member) {
      return [&, member](const Numbers& v) {
        auto changed = norm;
        changed.*member = v;
        return projection(dy, reference::batch_norm(changed, x));
      };
    };
    const auto of_x = [&](const Numbers& v) {
      auto fresh = norm;
      return projection(dy, reference::batch_norm(fresh, v));
    };
    CAPTURE(relu);
    CHECK_THAT(Values(d.x), close_to(Values(central_differences(of_x, x)), kGradientTolerance));
    CHECK_THAT(Values(d.gamma),
               close_to(Values(central_differences(with(&reference::BatchNorm<double>::gamma), norm.gamma)),
                        kGradientTolerance));
    CHECK_THAT(Values(d.beta),
               close_to(Values(central_differences(with(&reference::BatchNorm<double>::beta), norm.beta)),
                        kGradientTolerance));
  }
}

TEST_CASE("reference batch norm makes mean 0 and variance 1 before gamma and beta", "[core][reference]") {
  reference::BatchNorm<double> norm{
      .gamma = {1.0}, .beta = {0.0}, .epsilon = 0.0, .relu = false, .mean = {}, .variance = {}};
  const Numbers y = reference::batch_norm(norm, Numbers{1, 2, 3, 6});
  CHECK(norm.mean[0] == Approx(3.0));
  CHECK(norm.variance[0] == Approx(3.5));
  CHECK(y[0] + y[1] + y[2] + y[3] == Approx(0.0).margin(1e-12));
  CHECK((y[0] * y[0] + y[1] * y[1] + y[2] * y[2] + y[3] * y[3]) / 4 == Approx(1.0));
  Numbers mean{0.0}, variance{1.0};
  reference::update_running(norm, 4, 0.1, mean, variance);
  CHECK(mean[0] == Approx(0.3));
  CHECK(variance[0] == Approx(0.9 + 0.1 * 3.5 * 4 / 3));
}

TEST_CASE("the gradients of reference ReLU, pool, linear and cross-entropy are their central differences",
          "[core][reference]") {
  const Rng rng(4);
  const Numbers x = away_from_zero(24, rng.fork("x"));
  SECTION("ReLU") {
    const Numbers dy = random_numbers(24, rng.fork("dy"));
    const auto f = [&](const Numbers& v) { return projection(dy, reference::relu(v)); };
    CHECK_THAT(Values(reference::relu_gradient(x, dy)),
               close_to(Values(central_differences(f, x)), kGradientTolerance));
  }
  SECTION("pool") {
    const Shape shape{2, 2, 3, 2};
    const Numbers dy = random_numbers(4, rng.fork("dy"));
    const auto f = [&](const Numbers& v) { return projection(dy, reference::global_average_pool(shape, v)); };
    CHECK_THAT(Values(reference::global_average_pool_gradient(shape, dy)),
               close_to(Values(central_differences(f, x)), kGradientTolerance));
  }
  SECTION("linear") {
    const reference::LinearGeometry g{.batch = 4, .in = 6, .out = 3};
    const Numbers w = random_numbers(18, rng.fork("w")), b = random_numbers(3, rng.fork("b")),
                  dy = random_numbers(12, rng.fork("dy"));
    const auto d = reference::linear_gradients(g, x, w, dy);
    const auto of_x = [&](const Numbers& v) { return projection(dy, reference::linear(g, v, w, b)); };
    const auto of_w = [&](const Numbers& v) { return projection(dy, reference::linear(g, x, v, b)); };
    const auto of_b = [&](const Numbers& v) { return projection(dy, reference::linear(g, x, w, v)); };
    CHECK_THAT(Values(d.x), close_to(Values(central_differences(of_x, x)), kGradientTolerance));
    CHECK_THAT(Values(d.weight), close_to(Values(central_differences(of_w, w)), kGradientTolerance));
    CHECK_THAT(Values(d.bias), close_to(Values(central_differences(of_b, b)), kGradientTolerance));
  }
  SECTION("cross-entropy") {
    const std::vector<int> labels{0, 5, 3, 3};
    for (const double smoothing : {0.0, 0.1}) {
      const auto f = [&](const Numbers& v) { return reference::softmax_xent(v, labels, smoothing).loss; };
      CHECK_THAT(Values(reference::softmax_xent(x, labels, smoothing).gradient),
                 close_to(Values(central_differences(f, x)), kGradientTolerance));
    }
  }
}

TEST_CASE("reference cross-entropy of equal logits is the logarithm of the classes, and huge logits do not overflow",
          "[core][reference]") {
  CHECK(reference::softmax_xent(Numbers(10, 7.0), {3}, 0.0).loss == Approx(std::log(10.0)));
  CHECK(reference::softmax_xent(Numbers{1000.0, 0.0}, {1}, 0.0).loss == Approx(1000.0));
}

TEST_CASE("a reference step of gradient descent follows the formula, and clipping shortens only long gradients",
          "[core][reference]") {
  Numbers value{2.0}, velocity{0.5};
  reference::sgd_step({.rate = 0.1, .momentum = 0.9, .decay = 0.01, .clip = 0.5}, Numbers{4.0}, value, velocity);
  CHECK(velocity[0] == Approx(0.9 * 0.5 + 0.5 * 4.0 + 0.01 * 2.0));
  CHECK(value[0] == Approx(2.0 - 0.1 * velocity[0]));
  CHECK(reference::clip_factor(9.0, 5.0) == 1.0);
  CHECK(reference::clip_factor(100.0, 5.0) == Approx(0.5));
  CHECK(reference::clip_factor(100.0, 0.0) == 1.0);
}

TEST_CASE("a gradient check refuses a gradient that is slightly wrong", "[core][reference]") {
  const Rng rng(5);
  auto norm = make_norm(2, false, rng);
  const Numbers x = random_numbers(10, rng.fork("x")), dy = random_numbers(10, rng.fork("dy"));
  reference::batch_norm(norm, x);
  const auto f = [&](const Numbers& v) {
    auto fresh = norm;
    return projection(dy, reference::batch_norm(fresh, v));
  };
  const Values differences(central_differences(f, x));
  Numbers gradient = reference::batch_norm_gradients(norm, x, dy).x;
  CHECK_THAT(Values(gradient), close_to(differences, kGradientTolerance));
  gradient[7] += 1e-6;
  CHECK_THAT(Values(gradient), !close_to(differences, kGradientTolerance));
  auto frozen = norm;  // the classic mistake: statistics taken for constants
  const auto with_constant_statistics = [&](const Numbers& v) {
    double sum = 0.0;
    for (size_t i = 0; i < v.size(); ++i) sum += dy[i] * frozen.gamma[i % 2] * reference::normal(frozen, v[i], i % 2);
    return sum;
  };
  CHECK_THAT(Values(central_differences(with_constant_statistics, x)), !close_to(differences, kGradientTolerance));
}

TEST_CASE("the comparison names the worst element and never passes what is not a number", "[core][support]") {
  const Shape shape{1, 2, 1, 2};
  const CloseTo matcher = close_to(shape, {1.0, 2.0, 3.0, 4.0}, 1e-3);
  CHECK(matcher.match(Values(shape, {1.0, 2.0, 3.0, 4.001})));
  CHECK_FALSE(matcher.match(Values(shape, {1.0, 2.0, 3.5, 4.1})));
  CHECK_THAT(matcher.describe(),
             Catch::Contains("[0,1,0,0]") && Catch::Contains("expected 3") && Catch::Contains("found 3.5"));
  CHECK_FALSE(matcher.match(Values(shape, {1.0, std::nan(""), 3.0, 4.0})));
  CHECK_FALSE(matcher.match(Values(Shape{1, 1, 2, 2}, {1.0, 2.0, 3.0, 4.0})));
  CHECK_FALSE(close_to(shape, {0.0, 0.0, 0.0, 0.0}, 1e-3).match(Values(shape, {0.0, 0.0, 1e-30, 0.0})));
}
