// Solutions of lesson 1.
#include <cstdio>
#include <vector>

#include "core/autograd/ops.h"

using namespace mininas;

namespace {

// Exercise 1: a value that is used twice receives the sum of both gradients.
void use_a_value_twice() {
  Parameter a{"a", Tensor::full({1, 1, 1, 1}, 3.0f), {}};
  Tape tape(Tape::Mode::kRecord);
  const Var var = tape.parameter(a);
  tape.backward(add(tape, var, var));
  std::printf("1. d(a + a)/da = %.1f\n", double{a.gradient.at(0, 0, 0, 0)});
}

// Exercise 2: an operation of our own. A node needs its value, its inputs, and what its inputs' gradients are.
Var square(Tape& tape, Var x) {
  Tensor y = tape.value(x).clone();
  for (float& value : y.values()) value *= value;
  return tape.record(std::move(y), {x}, [x](Tape& t, const Tensor& dy) {
    Tensor dx = dy.clone();
    for (int64_t i = 0; i < dx.size(); ++i) dx.data()[i] *= 2 * t.value(x).data()[i];
    t.accumulate(x, std::move(dx));
  });
}

float square_of(Parameter& a) {
  Tape tape(Tape::Mode::kRecord);
  const Var y = square(tape, tape.parameter(a));
  const float value = tape.value(y).at(0, 0, 0, 0);
  tape.backward(y);
  return value;
}

void try_square() {
  Parameter a{"a", Tensor::full({1, 1, 1, 1}, 3.0f), {}};
  const float value = square_of(a);
  std::printf("2. a^2 = %.1f, d(a^2)/da = %.1f\n", double{value}, double{a.gradient.at(0, 0, 0, 0)});
}

// Exercise 3: steps against the gradient of a^2, starting at a = 3.
void descend(float rate) {
  Parameter a{"a", Tensor::full({1, 1, 1, 1}, 3.0f), {}};
  std::printf("3. rate %.1f:", double{rate});
  for (int step = 0; step < 6; ++step) {
    std::printf(" %8.3f", double{square_of(a)});
    a.value.at(0, 0, 0, 0) -= rate * a.gradient.at(0, 0, 0, 0);
    a.gradient = {};
  }
  std::printf("\n");
}

}  // namespace

int main() {
  use_a_value_twice();
  try_square();
  for (const float rate : {0.1f, 0.5f, 1.0f, 1.1f}) descend(rate);
}
