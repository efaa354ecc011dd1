#include "core/autograd/tape.h"
#include "core/autograd/ops.h"
#include "core/error.h"
#include "tests/support/catch.h"
#include "tests/support/tensors.h"

using namespace mininas;
using namespace mininas::test;

namespace {

Parameter scalar(float value) { return {.name = "p", .value = Tensor::full({1, 1, 1, 1}, value), .gradient = {}}; }
float gradient_of(const Parameter& p) { return p.gradient.data()[0]; }

// a * b of single elements. Counts the calls of its backward function.
Var multiply(Tape& tape, Var a, Var b, int* calls = nullptr) {
  const float x = tape.value(a).data()[0], y = tape.value(b).data()[0];
  return tape.record(Tensor::full({1, 1, 1, 1}, x * y), {a, b}, [=](Tape& t, const Tensor& slope) {
    if (calls) ++*calls;
    if (t.wants_gradient(a)) t.accumulate(a, Tensor::full({1, 1, 1, 1}, slope.data()[0] * y));
    if (t.wants_gradient(b)) t.accumulate(b, Tensor::full({1, 1, 1, 1}, slope.data()[0] * x));
  });
}

}  // namespace

TEST_CASE("a value used twice receives the sum of both gradients", "[core][tape]") {
  Parameter p = scalar(3.0f);
  Tape tape(Tape::Mode::kRecord);
  const Var x = tape.parameter(p), square = multiply(tape, x, x);
  tape.backward(add(tape, multiply(tape, square, square), square));  // x^4 + x^2
  CHECK(gradient_of(p) == 4 * 27.0f + 2 * 3.0f);
}

TEST_CASE("a parameter entered twice, and on two tapes, receives the sum", "[core][tape]") {
  Parameter p = scalar(3.0f);
  for (int pass = 1; pass <= 2; ++pass) {
    Tape tape(Tape::Mode::kRecord);
    tape.backward(multiply(tape, tape.parameter(p), tape.parameter(p)));
    CHECK(gradient_of(p) == 6.0f * static_cast<float>(pass));
  }
}

TEST_CASE("branches that the loss does not depend on, and constants, cost no backward call", "[core][tape]") {
  Parameter p = scalar(2.0f);
  Tape tape(Tape::Mode::kRecord);
  int used = 0, unused = 0, constant = 0;
  const Var x = tape.parameter(p), c = tape.constant(Tensor::full({1, 1, 1, 1}, 5.0f));
  multiply(tape, x, x, &unused);
  const Var only_constants = multiply(tape, c, c, &constant);
  CHECK_FALSE(tape.wants_gradient(only_constants));
  tape.backward(multiply(tape, x, only_constants, &used));
  CHECK((used == 1 && unused == 0 && constant == 0));
  CHECK(gradient_of(p) == 25.0f);
}

TEST_CASE("a parameter that the loss does not reach keeps no gradient", "[core][tape]") {
  Parameter reached = scalar(2.0f), other = scalar(1.0f);
  Tape tape(Tape::Mode::kRecord);
  const Var x = tape.parameter(reached);
  tape.parameter(other);
  tape.backward(multiply(tape, x, x));
  CHECK(other.gradient.empty());
}

TEST_CASE("a tape for evaluation records nothing and refuses to go back", "[core][tape]") {
  Parameter p = scalar(2.0f);
  Tape tape(Tape::Mode::kForwardOnly);
  const Var x = tape.parameter(p), y = multiply(tape, x, x);
  CHECK_FALSE(tape.wants_gradient(y));
  CHECK(tape.value(y).data()[0] == 4.0f);
  CHECK_THROWS_AS(tape.backward(y), std::logic_error);
}

TEST_CASE("a gradient of another shape than its value, or a loss of many elements, is an internal error",
          "[core][tape]") {
  Parameter p = scalar(2.0f);
  Tape tape(Tape::Mode::kRecord);
  const Var x = tape.parameter(p), wide = tape.constant(Tensor::zeros({1, 1, 1, 2}));
  CHECK_THROWS_AS(tape.accumulate(x, Tensor::zeros({1, 1, 1, 2})), std::logic_error);
  CHECK_THROWS_AS(tape.backward(wide), std::logic_error);
}

TEST_CASE("the loss keeps its value after the way back", "[core][tape]") {
  Parameter p = scalar(3.0f);
  Tape tape(Tape::Mode::kRecord);
  const Var x = tape.parameter(p), loss = multiply(tape, x, x);
  tape.backward(loss);
  CHECK(tape.value(loss).data()[0] == 9.0f);
}

TEST_CASE("a chain of a hundred thousand operations goes back without deep recursion", "[core][tape]") {
  Parameter p = scalar(1.0f);
  Tape tape(Tape::Mode::kRecord);
  const Var one = tape.constant(Tensor::full({1, 1, 1, 1}, 1.0f));
  Var y = tape.parameter(p);
  for (int i = 0; i < 100000; ++i) y = multiply(tape, y, one);
  tape.backward(y);
  CHECK(gradient_of(p) == 1.0f);
}
