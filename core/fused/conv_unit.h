// A convolution unit: batch norm and ReLU of what it reads, then a depthwise convolution, a standard one, or both in a
// row, as one node on the tape. Its definition is the composition of the plain operations of core/autograd/ops.h; a
// test holds the two equal, gradients too.
//
// Why it is fast. Networks of this size spend their time moving activations, not multiplying. So only two tensors a
// unit ever reach memory: the raw output of its convolution and, backward, one gradient. Everything else lives in bands
// of rows that stay in cache: the normalised input with its border, the depthwise output, their gradients. The norm of
// an output is applied by its readers as they load it, its statistics are summed while the band that holds it is still
// in cache, and the backward pass computes the band again instead of storing it.
//
// How a raw value travels. `NormedValue` is a raw convolution output with the norm its readers apply. Backward, each
// reader adds to the raw value's tape gradient g, the gradient in front of the norm and behind the ReLU's mask, and to
// Norm the two sums over all pixels that the norm's own gradient needs; the unit that made the value, which the tape
// reaches after all readers, turns g into the true gradient scale * g + factor * raw + offset while it loads its bands
// (see batch_norm.h for the formula).
#pragma once
#include <memory>
#include <optional>

#include "core/autograd/tape.h"
#include "core/fused/batch_norm.h"

namespace mininas {

// The batch norm (and ReLU) between a raw value and its readers.
struct Norm {
  Var gamma, beta;
  float epsilon = 0.0f;
  bool relu = false;
  ChannelStatistics batch;  // of the raw value; empty in evaluation
  ChannelScale how;
  ChannelSums gradient_sums;  // backward: over pixels, of g and of g * (raw - mean), from all readers

  void add_sums(const ChannelSums& sums);
};

struct NormedValue {
  Var raw;
  std::shared_ptr<Norm> norm;  // null: read as it is
};

// What follows a unit. In training the statistics are the batch's; in evaluation `running` gives multiplier and shift.
struct NormRequest {
  Var gamma, beta;
  float epsilon;
  bool relu;
  const ChannelScale* running = nullptr;
};

// The window (kernel > 1 or stride > 1) belongs to the depthwise convolution where there is one; the other is then
// pointwise.
struct UnitWeights {
  std::optional<Var> depthwise;  // [1,k,k,c]
  std::optional<Var> conv;       // [oc,k,k,c]
  int stride = 1;
};

// At least one of the weights. Returns the raw output with its norm. Throws ConfigError where shapes do not fit.
NormedValue conv_unit(Tape& tape, const NormedValue& x, const UnitWeights& weights, const NormRequest& norm);

// The value as its readers see it, as a plain one: for what is not a unit (pooling, linear layers).
Var materialize(Tape& tape, const NormedValue& x);

// a + b as their readers see them, as a plain value; the normed ones reach no memory. Throws ConfigError where shapes
// differ.
Var add(Tape& tape, const NormedValue& a, const NormedValue& b);

}  // namespace mininas
