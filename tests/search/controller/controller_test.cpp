// The operations and the recurrent network of controllers (search/methods/controller), and the controller of NAS-RL:
// gradients against central differences, and learning on rewards by a formula.
#include <cmath>
#include <map>

#include "search/methods/nas_rl/controller.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::controller;

namespace {

Parameter vector_of(const std::vector<float>& values) {
  Parameter parameter{"x", Tensor::zeros({1, 1, 1, static_cast<int64_t>(values.size())}), {}};
  std::copy(values.begin(), values.end(), parameter.value.data());
  return parameter;
}

// Compares the gradient of `loss` in `parameter` with central differences in float.
void check_gradient(Parameter& parameter, const std::function<Var(Tape&)>& loss) {
  parameter.gradient = {};  // what earlier checks of other parameters left
  Tape tape(Tape::Mode::kRecord);
  tape.backward(loss(tape));
  const Tensor gradient = parameter.gradient.clone();
  parameter.gradient = {};
  const auto value = [&] {
    Tape forward(Tape::Mode::kForwardOnly);
    return double{forward.value(loss(forward)).data()[0]};
  };
  for (int64_t i = 0; i < parameter.value.size(); ++i) {
    constexpr float kStep = 0.02f;
    const float here = parameter.value.data()[i];
    parameter.value.data()[i] = here + kStep;
    const double above = value();
    parameter.value.data()[i] = here - kStep;
    const double below = value();
    parameter.value.data()[i] = here;
    const double difference = (above - below) / (2 * double{kStep});
    INFO("element " << i);
    CHECK(double{gradient.data()[i]} == Approx(difference).margin(2e-4).epsilon(5e-3));
  }
}

double probability_of_threes(nas_rl::Controller& controller, Rng& rng, int layers) {
  int threes = 0, all = 0;
  for (int i = 0; i < 50; ++i)
    for (const nas_rl::LayerChoice& layer : controller.sample(layers, rng)) {
      threes += (layer.height == 3) + (layer.width == 3);
      all += 2;
    }
  return static_cast<double>(threes) / all;
}

}  // namespace

TEST_CASE("gradients of the controllers' operations are those of central differences", "[search][controller]") {
  Parameter x = vector_of({0.3f, -0.7f, 1.1f, 0.2f});
  check_gradient(x, [&](Tape& t) { return log_probability(t, tanh(t, t.parameter(x)), 2); });
  check_gradient(x, [&](Tape& t) { return log_probability(t, t.parameter(x), 1, {true, true, false, true}); });
  check_gradient(x, [&](Tape& t) { return entropy(t, t.parameter(x), {true, false, true, true}); });
  check_gradient(x, [&](Tape& t) { return log_probability(t, slice(t, sigmoid(t, t.parameter(x)), 2, 1), false); });
  check_gradient(x, [&](Tape& t) {
    const Var v = t.parameter(x), both = concatenated(t, v, scaled(t, v, 0.5f));
    return log_probability(t, product(t, both, concatenated(t, v, v)), 5);
  });
}

TEST_CASE("gradients through several steps of the recurrent network are those of central differences",
          "[search][controller]") {
  Rng rng(3);
  LstmLayer layer("lstm", 3, 2, 0.5f, rng);
  Parameter x = vector_of({0.5f, -1.0f, 0.8f});
  const auto loss = [&](Tape& t) {
    LstmState state = layer.start(t);
    for (int step = 0; step < 3; ++step) state = layer.step(t, t.parameter(x), state);
    return log_probability(t, state.h, 0);
  };
  check_gradient(x, loss);
  for (Parameter* parameter : layer.parameters()) check_gradient(*parameter, loss);
}

TEST_CASE("the controller samples by the probabilities that it learns from", "[search][controller][nas-rl]") {
  nas_rl::Controller controller({{1, 3}, {}, {8}, true}, {.units = 6, .range = 1.0f}, Rng(1));
  Rng rng(2);
  std::map<double, int> count;  // by log probability: descriptions of two layers
  constexpr int kDraws = 500;
  for (int i = 0; i < kDraws; ++i) ++count[controller.log_probability(controller.sample(2, rng))];
  CHECK(count.size() == 32);  // four kernels and one skip connection
  double total = 0;
  for (const auto& [log_probability, drawn] : count) {
    const double p = std::exp(log_probability);
    total += p;
    CHECK(std::abs(drawn - p * kDraws) < 5 * std::sqrt(p * kDraws) + 1);
  }
  CHECK(total == Approx(1.0).epsilon(1e-4));
}

TEST_CASE("REINFORCE learns what is rewarded, and a rate of 0 leaves the controller as it is",
          "[search][controller][nas-rl]") {
  for (const double rate : {0.0, 3e-2}) {
    nas_rl::ControllerSettings settings;
    settings.units = 8;
    settings.learning_rate = rate;
    nas_rl::Controller controller({{1, 3}, {}, {8}, true}, settings, Rng(1));
    Rng rng(4);
    const double before = probability_of_threes(controller, rng, 2);
    for (int update = 0; update < (rate == 0 ? 3 : 80); ++update) {
      std::vector<nas_rl::Controller::Rewarded> batch;
      for (int i = 0; i < 4; ++i) {
        batch.push_back({controller.sample(2, rng), 0});
        for (const nas_rl::LayerChoice& layer : batch.back().description)
          batch.back().reward += ((layer.height == 3) + (layer.width == 3)) / 4.0;
      }
      controller.learn(batch);
    }
    const double after = probability_of_threes(controller, rng, 2);
    if (rate == 0)
      CHECK(std::abs(after - before) < 0.15);
    else
      CHECK(after > std::max(0.7, before + 0.15));
  }
}
