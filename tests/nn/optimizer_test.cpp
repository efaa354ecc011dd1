// Gradient descent against its definition, and the cosine schedule.
#include "nn/train/optimizer.h"

#include "core/reference/sgd.h"
#include "tests/support/allclose.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Two parameters of the optimiser, and the same in double.
struct Pair {
  std::vector<Parameter> parameters;
  std::vector<std::vector<double>> values, velocities;

  Pair() {
    for (const Shape& shape : {Shape{3, 3, 3, 5}, Shape{1, 1, 1, 7}}) {
      parameters.push_back(
          {.name = "p", .value = random_tensor(shape, Rng(1).fork("value", parameters.size())), .gradient = {}});
      values.push_back(to_doubles(parameters.back().value));
      velocities.emplace_back(values.back().size());
    }
  }
  std::vector<Parameter*> pointers() { return {&parameters[0], &parameters[1]}; }
  // New gradients in both; returns the sum of their squares.
  double draw(std::vector<std::vector<double>>& gradients, uint64_t step, float size) {
    double squares = 0.0;
    for (size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].gradient = random_tensor(parameters[i].value.shape(), Rng(step).fork("gradient", i), -size, size);
      gradients.push_back(to_doubles(parameters[i].gradient));
      for (const double g : gradients.back()) squares += g * g;
    }
    return squares;
  }
};

void check_steps(float momentum, float decay, float clip, float gradient_size) {
  Pair pair;
  SgdOptimizer optimizer(pair.pointers(), momentum, decay, clip);
  for (uint64_t step = 0; step < 5; ++step) {
    const float rate = 0.1f / static_cast<float>(step + 1);
    std::vector<std::vector<double>> gradients;
    const double squares = pair.draw(gradients, step, gradient_size);
    optimizer.step(rate);
    for (size_t i = 0; i < gradients.size(); ++i) {
      const reference::SgdRates<double> rates{double{rate}, double{momentum}, double{decay},
                                              reference::clip_factor(squares, double{clip})};
      reference::sgd_step(rates, gradients[i], pair.values[i], pair.velocities[i]);
      const Shape shape = pair.parameters[i].value.shape();
      CHECK_THAT(Values(pair.parameters[i].value), close_to(shape, pair.values[i], 2e-6));
      CHECK_THAT(Values(optimizer.velocities()[i]), close_to(shape, pair.velocities[i], 2e-6));
      CHECK(pair.parameters[i].gradient.empty());
    }
  }
}

}  // namespace

TEST_CASE("steps of gradient descent are the definition's, with and without momentum, decay and clipping",
          "[nn][optimizer]") {
  check_steps(0.0f, 0.0f, 0.0f, 1.0f);
  check_steps(0.9f, 0.0f, 0.0f, 1.0f);
  check_steps(0.9f, 3e-2f, 0.0f, 1.0f);
  check_steps(0.9f, 3e-2f, 0.5f, 1.0f);
}

TEST_CASE("clipping acts on the common norm of all gradients, and only above its bound", "[nn][optimizer]") {
  Parameter a{.name = "a", .value = Tensor::zeros({1, 1, 1, 1}), .gradient = {}},
      b{.name = "b", .value = Tensor::zeros({1, 1, 1, 1}), .gradient = {}};
  const auto step = [&](float clip) {
    SgdOptimizer optimizer({&a, &b}, 0.0f, 0.0f, clip);
    a.value.data()[0] = b.value.data()[0] = 0.0f;
    a.gradient = Tensor::full({1, 1, 1, 1}, 3.0f);
    b.gradient = Tensor::full({1, 1, 1, 1}, -4.0f);
    optimizer.step(1.0f);
    return std::pair{a.value.data()[0], b.value.data()[0]};
  };
  CHECK(step(0.0f) == std::pair{-3.0f, 4.0f});
  CHECK(step(5.5f) == std::pair{-3.0f, 4.0f});
  const auto [x, y] = step(1.0f);  // norm 5
  CHECK(x == Approx(-0.6f).epsilon(1e-5));
  CHECK(y == Approx(0.8f).epsilon(1e-5));
}

TEST_CASE("a parameter without a gradient stays, whatever its velocity and decay", "[nn][optimizer]") {
  Pair pair;
  SgdOptimizer optimizer(pair.pointers(), 0.9f, 0.1f, 1.0f);
  std::vector<std::vector<double>> gradients;
  pair.draw(gradients, 1, 1.0f);
  optimizer.step(0.1f);
  const Tensor kept = pair.parameters[1].value.clone();
  pair.draw(gradients, 2, 1.0f);
  pair.parameters[1].gradient = {};
  optimizer.step(0.1f);
  CHECK(same_bits(pair.parameters[1].value, kept));
}

TEST_CASE("the cosine schedule begins at its base, is half way at half time and ends at zero", "[nn][optimizer]") {
  CHECK(cosine_rate(0.4, 0, 10) == 0.4);
  CHECK(cosine_rate(0.4, 5, 10) == Approx(0.2));
  CHECK(cosine_rate(0.4, 10, 10) == Approx(0.0).margin(1e-16));
  CHECK(cosine_rate(0.4, 10, 10) >= 0.0);
  CHECK(cosine_rate(0.025, 1, 3) == Approx(0.025 * 0.75));
  for (int epoch = 0; epoch < 30; ++epoch) CHECK(cosine_rate(1.0, epoch + 1, 30) < cosine_rate(1.0, epoch, 30));
}
