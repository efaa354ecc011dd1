// The optimisation of DARTS on two levels: alphas learn on the validation images, weights on the training images. The
// gradient of the alphas is taken at the current weights (first order), or at those that one more step of training
// would give (second order), where the step's own dependence on the alphas is measured by central differences (section
// 2.3 of the paper; numbers of the authors' code).
#pragma once
#include <functional>
#include <vector>

namespace mininas::darts {

using Vector = std::vector<double>;

// Gradients of a loss at some weights and alphas; all weights in one vector.
struct Gradients {
  Vector weights, alphas;
};
using Loss = std::function<Gradients(const Vector& weights, const Vector& alphas)>;

// How weights are trained: stochastic gradient descent with momentum and weight decay.
struct WeightStep {
  double learning_rate = 0.025, momentum = 0.9, decay = 3e-4;
};

Vector first_order_gradient(const Loss& validation, const Vector& weights, const Vector& alphas);
// `velocity`: the momentum's buffer; empty before the first step.
Vector second_order_gradient(const Loss& training, const Loss& validation, const Vector& weights, const Vector& alphas,
                             const Vector& velocity, const WeightStep& step);

// Adam with weight decay as part of the gradient (Kingma and Ba 2015), in double, for the few values of a controller.
struct AdamSettings {
  double learning_rate = 3e-4, beta1 = 0.5, beta2 = 0.999, epsilon = 1e-8, decay = 1e-3;
};
class Adam {
 public:
  explicit Adam(const AdamSettings& settings) : settings_(settings) {}
  void step(Vector& values, const Vector& gradient);

 private:
  AdamSettings settings_;
  Vector mean_, square_;
  double power1_ = 1, power2_ = 1;  // of the betas
};

// One step of the weights; the gradient is clipped to the length `clip` before. Updates `velocity`.
void train_step(Vector& weights, Vector gradient, Vector& velocity, const WeightStep& step, double clip);

}  // namespace mininas::darts
