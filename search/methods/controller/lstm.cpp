#include "search/methods/controller/lstm.h"

#include <cmath>

namespace mininas::controller {

Parameter drawn_parameter(const std::string& name, const Shape& shape, float range, Rng& rng) {
  Parameter parameter{name, Tensor::uninitialized(shape), {}};
  for (int64_t i = 0; i < parameter.value.size(); ++i) parameter.value.data()[i] = rng.uniform(-range, range);
  return parameter;
}

LstmLayer::LstmLayer(const std::string& name, int inputs, int units, float range, Rng& rng)
    : units_(units),
      weight_(drawn_parameter(name + ".weight", {4 * units, 1, 1, inputs + units}, range, rng)),
      bias_(drawn_parameter(name + ".bias", {1, 1, 1, 4 * units}, range, rng)) {}

LstmState LstmLayer::start(Tape& tape) const {
  const Shape shape{1, 1, 1, units_};
  return {tape.constant(Tensor::zeros(shape)), tape.constant(Tensor::zeros(shape))};
}

LstmState LstmLayer::step(Tape& tape, Var x, const LstmState& before) {
  const Var gates = affine(tape, concatenated(tape, x, before.h), tape.parameter(weight_), tape.parameter(bias_));
  const auto gate = [&](int number) { return slice(tape, gates, int64_t{number} * units_, units_); };
  const Var in = sigmoid(tape, gate(0)), forget = sigmoid(tape, gate(1)), out = sigmoid(tape, gate(3));
  const Var kept = product(tape, forget, before.c), added = product(tape, in, tanh(tape, gate(2)));
  const Var c = sum(tape, kept, added);
  return {product(tape, out, tanh(tape, c)), c};
}

AdamOptimizer::AdamOptimizer(std::vector<Parameter*> parameters, double learning_rate)
    : parameters_(std::move(parameters)), learning_rate_(learning_rate) {
  for (const Parameter* parameter : parameters_) {
    mean_.emplace_back(static_cast<size_t>(parameter->value.size()), 0.0);
    square_.emplace_back(static_cast<size_t>(parameter->value.size()), 0.0);
  }
}

void AdamOptimizer::step() {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
  power1_ *= kBeta1;
  power2_ *= kBeta2;
  for (size_t p = 0; p < parameters_.size(); ++p) {
    Parameter& parameter = *parameters_[p];
    if (parameter.gradient.empty()) continue;
    for (size_t i = 0; i < mean_[p].size(); ++i) {
      const double g = parameter.gradient.data()[i];
      mean_[p][i] = kBeta1 * mean_[p][i] + (1 - kBeta1) * g;
      square_[p][i] = kBeta2 * square_[p][i] + (1 - kBeta2) * g * g;
      const double change = mean_[p][i] / (1 - power1_) / (std::sqrt(square_[p][i] / (1 - power2_)) + kEpsilon);
      parameter.value.data()[i] = static_cast<float>(double{parameter.value.data()[i]} - learning_rate_ * change);
    }
    parameter.gradient = {};
  }
}

}  // namespace mininas::controller
