// Lesson 1: a tensor, and the gradient of a loss, computed in three ways that must agree.
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/autograd/ops.h"

using namespace mininas;

namespace {

const std::vector<int> kLabels = {0};  // one image, of class 0

// A linear classifier: two logits from three inputs, and the loss of the logits. A convolution over one pixel with a
// 1x1 kernel is a product of a matrix and a vector.
Var loss_of(Tape& tape, Parameter& weight, const Tensor& x) {
  const Var logits = conv2d(tape, tape.constant(x.clone()), tape.parameter(weight), 1);
  return softmax_cross_entropy(tape, logits, kLabels, 0.0f);
}

float loss_value(Parameter& weight, const Tensor& x) {
  Tape tape(Tape::Mode::kForwardOnly);
  return tape.value(loss_of(tape, weight, x)).at(0, 0, 0, 0);
}

// The definition of a derivative: how much does the loss change when one weight changes a little?
float difference(Parameter& weight, const Tensor& x, int output, int input) {
  constexpr float kStep = 0.01f;
  float& w = weight.value.at(output, 0, 0, input);
  const float before = w;
  w = before + kStep;
  const float above = loss_value(weight, x);
  w = before - kStep;
  const float below = loss_value(weight, x);
  w = before;
  return (above - below) / (2 * kStep);
}

}  // namespace

int main() {
  Tensor image = Tensor::zeros({1, 2, 2, 3});  // one image of 2x2 pixels with 3 channels
  for (int row = 0; row < 2; ++row)
    for (int column = 0; column < 2; ++column)
      for (int channel = 0; channel < 3; ++channel)
        image.at(0, row, column, channel) = static_cast<float>(100 * row + 10 * column + channel);
  std::printf("%s in memory:", to_text(image.shape()).c_str());
  for (const float value : image.values()) std::printf(" %03.0f", double{value});

  Tensor x = Tensor::zeros({1, 1, 1, 3});
  x.at(0, 0, 0, 0) = 1, x.at(0, 0, 0, 1) = 2, x.at(0, 0, 0, 2) = -1;
  Parameter weight{"weight", Tensor::full({2, 1, 1, 3}, 0.5f), {}};
  weight.value.at(1, 0, 0, 1) = 0.25f;  // the logits are 1.0 and 0.5

  Tape tape(Tape::Mode::kRecord);
  const Var loss = loss_of(tape, weight, x);
  tape.backward(loss);
  const double p = 1 / (1 + std::exp(0.5 - 1.0));  // softmax: the probability of class 0
  std::printf("\nprobability of class 0: %.4f, loss: %.4f\n", p, double{tape.value(loss).at(0, 0, 0, 0)});
  std::printf("weight  by hand  difference     tape\n");
  for (int output = 0; output < 2; ++output)
    for (int input = 0; input < 3; ++input) {
      const double by_hand = (output == 0 ? p - 1 : 1 - p) * double{x.at(0, 0, 0, input)};
      std::printf("w[%d][%d] %8.4f  %10.4f %8.4f\n", output, input, by_hand,
                  double{difference(weight, x, output, input)}, double{weight.gradient.at(output, 0, 0, input)});
    }
}
