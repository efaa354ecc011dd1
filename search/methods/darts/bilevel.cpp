#include "search/methods/darts/bilevel.h"

#include <cmath>

namespace mininas::darts {
namespace {

constexpr double kDifference = 0.01;  // length of the change of the weights in the central difference

double length(const Vector& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

// a + factor * b
Vector added(const Vector& a, double factor, const Vector& b) {
  Vector sum = a;
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += factor * b[i];
  return sum;
}

Vector velocity_after(const Vector& weights, const Vector& gradient, const Vector& velocity, const WeightStep& step) {
  Vector next = added(gradient, step.decay, weights);
  return velocity.empty() ? next : added(next, step.momentum, velocity);
}

}  // namespace

Vector first_order_gradient(const Loss& validation, const Vector& weights, const Vector& alphas) {
  return validation(weights, alphas).alphas;
}

Vector second_order_gradient(const Loss& training, const Loss& validation, const Vector& weights, const Vector& alphas,
                             const Vector& velocity, const WeightStep& step) {
  const Vector direction = velocity_after(weights, training(weights, alphas).weights, velocity, step);
  const Gradients ahead = validation(added(weights, -step.learning_rate, direction), alphas);
  const double size = kDifference / length(ahead.weights);
  const Vector above = training(added(weights, size, ahead.weights), alphas).alphas;
  const Vector below = training(added(weights, -size, ahead.weights), alphas).alphas;
  Vector gradient = ahead.alphas;
  for (size_t i = 0; i < gradient.size(); ++i) gradient[i] -= step.learning_rate * (above[i] - below[i]) / (2 * size);
  return gradient;
}

void Adam::step(Vector& values, const Vector& gradient) {
  mean_.resize(values.size(), 0.0);
  square_.resize(values.size(), 0.0);
  power1_ *= settings_.beta1;
  power2_ *= settings_.beta2;
  for (size_t i = 0; i < values.size(); ++i) {
    const double g = gradient[i] + settings_.decay * values[i];
    mean_[i] = settings_.beta1 * mean_[i] + (1 - settings_.beta1) * g;
    square_[i] = settings_.beta2 * square_[i] + (1 - settings_.beta2) * g * g;
    const double root = std::sqrt(square_[i]) / std::sqrt(1 - power2_) + settings_.epsilon;
    values[i] -= settings_.learning_rate / (1 - power1_) * mean_[i] / root;
  }
}

void train_step(Vector& weights, Vector gradient, Vector& velocity, const WeightStep& step, double clip) {
  if (const double size = length(gradient); size > clip)
    for (double& g : gradient) g *= clip / (size + 1e-6);
  velocity = velocity_after(weights, gradient, velocity, step);
  weights = added(weights, -step.learning_rate, velocity);
}

}  // namespace mininas::darts
