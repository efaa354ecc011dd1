// Reverse-mode automatic differentiation on a tape.
// Operations (core/autograd/ops.h) append nodes; creation order is topological order, so `backward` is a loop over the
// tape in reverse, never a recursion. Gradients accumulate: a value used twice receives the sum. A node's gradient and
// whatever its backward function holds are freed as soon as the loop has passed it. One tape serves one forward and one
// backward pass. Not for: higher derivatives.
#pragma once
#include <functional>
#include <vector>

#include "core/tensor.h"

namespace mininas {

// A trainable tensor and its gradient, which the tape adds to. Names are unique in a network:
// "layer3.depthwise.weight".
struct Parameter {
  std::string name;
  Tensor value;
  Tensor gradient;
  bool exists() const { return !value.empty(); }
};

// Handle of a value on a tape; valid as long as that tape.
struct Var {
  int index = -1;
};

class Tape {
 public:
  // kForwardOnly keeps no backward functions and frees nothing early: for evaluation.
  enum class Mode { kRecord, kForwardOnly };
  explicit Tape(Mode mode) : mode_(mode) {}

  // Adds the gradients of a node's inputs, given the node's own.
  using Backward = std::function<void(Tape& tape, const Tensor& gradient)>;

  Var constant(Tensor value);           // takes part in no gradient
  Var parameter(Parameter& parameter);  // outlives the tape; its gradient is accumulated
  Var record(Tensor value, std::vector<Var> inputs, Backward backward);

  // The handle that the next record() or constant() will return.
  Var next() const { return {static_cast<int>(nodes_.size())}; }

  const Tensor& value(Var var) const;
  // True when somebody upstream wants a gradient of this value; backward functions skip the others.
  bool wants_gradient(Var var) const;
  // Adds `gradient` (shape of the value) to what `var` has received so far.
  void accumulate(Var var, Tensor gradient);
  bool recording() const { return mode_ == Mode::kRecord; }

  // From d loss / d loss = 1. Requires: recording, a loss of one element, first call.
  void backward(Var loss);

 private:
  struct Node {
    Tensor value;  // empty for parameters, which keep their own
    Parameter* parameter = nullptr;
    bool wants_gradient = false;
    Tensor gradient;
    Backward backward;
  };
  Mode mode_;
  std::vector<Node> nodes_;
};

}  // namespace mininas
