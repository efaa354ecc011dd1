// Long short-term memory (Hochreiter and Schmidhuber 1997, with forget gates), one step at a time, and Adam for what
// learns with it. For controllers: a few thousand weights.
#pragma once
#include <string>
#include <vector>

#include "core/rng.h"
#include "search/methods/controller/vector_ops.h"

namespace mininas::controller {

// A parameter with values uniform in [-range, range).
Parameter drawn_parameter(const std::string& name, const Shape& shape, float range, Rng& rng);

struct LstmState {
  Var h, c;
};

class LstmLayer {
 public:
  LstmLayer(const std::string& name, int inputs, int units, float range, Rng& rng);

  LstmState start(Tape& tape) const;  // zeros
  LstmState step(Tape& tape, Var x, const LstmState& before);
  int units() const { return units_; }
  std::vector<Parameter*> parameters() { return {&weight_, &bias_}; }

 private:
  int units_;
  Parameter weight_, bias_;  // of the gates: input, forget, cell, output
};

// Adam (Kingma and Ba 2015). `step` uses the gradients that the tape has added to the parameters and clears them.
class AdamOptimizer {
 public:
  AdamOptimizer(std::vector<Parameter*> parameters, double learning_rate);
  void step();

 private:
  std::vector<Parameter*> parameters_;
  std::vector<std::vector<double>> mean_, square_;
  double learning_rate_, power1_ = 1, power2_ = 1;
};

}  // namespace mininas::controller
