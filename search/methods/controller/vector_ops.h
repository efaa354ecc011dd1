// Differentiable operations on single vectors [1,1,1,n], for the controllers of NAS-RL and EAS, on the engine's tape.
// Plain loops in a fixed order and portable exponentials: a controller samples the same network on every instruction
// set. Not for layers of images.
#pragma once
#include <span>
#include <vector>

#include "core/autograd/tape.h"

namespace mininas::controller {

// weight [out,1,1,in] times x, plus bias where there is one (an index below 0: none).
Var affine(Tape& tape, Var x, Var weight, Var bias = {});
// A row of a table [rows,1,1,n].
Var row(Tape& tape, Var table, int index);
Var concatenated(Tape& tape, Var a, Var b);
Var slice(Tape& tape, Var x, int64_t first, int64_t count);
Var sigmoid(Tape& tape, Var x);
Var tanh(Tape& tape, Var x);
Var sum(Tape& tape, Var a, Var b);
Var product(Tape& tape, Var a, Var b);  // element by element
Var scaled(Tape& tape, Var x, float factor);

// Of a softmax over those logits that are `allowed`; an empty list allows all.
std::vector<double> probabilities(const Tensor& logits, const std::vector<bool>& allowed = {});
// The logarithm of the probability of one of them [1,1,1,1].
Var log_probability(Tape& tape, Var logits, int index, const std::vector<bool>& allowed = {});
// Of a coin whose probability of true is sigmoid(logit).
Var log_probability(Tape& tape, Var logit, bool outcome);
// - sum p log p over those that are allowed [1,1,1,1].
Var entropy(Tape& tape, Var logits, const std::vector<bool>& allowed = {});

}  // namespace mininas::controller
