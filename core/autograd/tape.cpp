#include "core/autograd/tape.h"

#include "core/error.h"
#include "core/kernels/kernels.h"

namespace mininas {

Var Tape::constant(Tensor value) {
  nodes_.push_back({.value = std::move(value)});
  return {static_cast<int>(nodes_.size()) - 1};
}

Var Tape::parameter(Parameter& parameter) {
  nodes_.push_back({.parameter = &parameter, .wants_gradient = recording()});
  return {static_cast<int>(nodes_.size()) - 1};
}

Var Tape::record(Tensor value, const std::vector<Var>& inputs, Backward backward) {
  bool wanted = false;
  for (const Var input : inputs) wanted = wanted || wants_gradient(input);
  nodes_.push_back({.value = std::move(value), .wants_gradient = wanted});
  if (wanted) nodes_.back().backward = std::move(backward);
  return {static_cast<int>(nodes_.size()) - 1};
}

const Tensor& Tape::value(Var var) const {
  const Node& node = nodes_[static_cast<size_t>(var.index)];
  return node.parameter ? node.parameter->value : node.value;
}

bool Tape::wants_gradient(Var var) const { return nodes_[static_cast<size_t>(var.index)].wants_gradient; }

void Tape::accumulate(Var var, Tensor gradient) {
  Node& node = nodes_[static_cast<size_t>(var.index)];
  MN_CHECK(gradient.shape() == value(var).shape(), to_text(gradient.shape()), " for ", to_text(value(var).shape()));
  Tensor& sum = node.parameter ? node.parameter->gradient : node.gradient;
  if (sum.empty())
    sum = std::move(gradient);
  else
    kernels().add(sum.data(), gradient.data(), sum.size(), sum.data());
}

void Tape::backward(Var loss) {
  MN_CHECK(recording() && value(loss).size() == 1, "backward needs a recorded loss of one element");
  accumulate(loss, Tensor::full({1, 1, 1, 1}, 1.0f));
  for (size_t i = nodes_.size(); i-- > 0;) {
    Node& node = nodes_[i];
    if (node.backward && !node.gradient.empty()) node.backward(*this, node.gradient);
    node.backward = nullptr;
    node.gradient = {};
    if (!node.parameter && static_cast<int>(i) != loss.index) node.value = {};
  }
}

}  // namespace mininas
