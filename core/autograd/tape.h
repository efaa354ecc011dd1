// Reverse-mode automatic differentiation on a tape.
// Operations (core/autograd/ops.h) append nodes. Their order is a topological order, so `backward` is a loop over the
// tape in reverse, not a recursion. Gradients accumulate: a value that is used twice receives the sum. A node's
// gradient and everything that its backward function holds are freed as soon as the loop has passed it. A tape serves
// one forward and one backward pass. Higher derivatives are not supported.
#pragma once
#include <functional>
#include <vector>

#include "core/tensor.h"

namespace mininas {

// A trainable tensor and its gradient, to which the tape adds. Names are unique in a network, such as
// "layer3.depthwise.weight".
struct Parameter {
  std::string name;
  Tensor value;
  Tensor gradient;
  bool exists() const { return !value.empty(); }
};

// The handle of a value on a tape; valid as long as the tape exists.
struct Var {
  int index = -1;
};

class Tape {
 public:
  // kForwardOnly keeps no backward functions and frees nothing early: for evaluation.
  enum class Mode { kRecord, kForwardOnly };
  explicit Tape(Mode mode) : mode_(mode) {}

  // Adds to the gradients of a node's inputs, given the gradient of the node.
  using Backward = std::function<void(Tape& tape, const Tensor& gradient)>;

  Var constant(Tensor value);           // has no gradient
  Var parameter(Parameter& parameter);  // must outlive the tape, which adds to its gradient
  Var record(Tensor value, const std::vector<Var>& inputs, Backward backward);

  // The handle that the next record() or constant() will return.
  Var next() const { return {static_cast<int>(nodes_.size())}; }

  const Tensor& value(Var var) const;
  // Whether a parameter lies upstream of this value. Backward functions skip inputs for which it is false.
  bool wants_gradient(Var var) const;
  // Adds `gradient`, which has the shape of the value, to the gradient of `var`.
  void accumulate(Var var, Tensor gradient);
  bool recording() const { return mode_ == Mode::kRecord; }

  // Computes the gradients of all parameters. Requires: recording, a loss of one element, and no earlier call.
  void backward(Var loss);

 private:
  struct Node {
    Tensor value;  // empty for parameters, which hold theirs themselves
    Parameter* parameter = nullptr;
    bool wants_gradient = false;
    Tensor gradient;
    Backward backward;
  };
  Mode mode_;
  std::vector<Node> nodes_;
};

}  // namespace mininas
