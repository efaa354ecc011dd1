// A fused convolution: one tape node that applies the batch norm and ReLU of its input and then a depthwise
// convolution, a standard convolution, or a depthwise convolution followed by a pointwise one (a separable
// convolution). It is not a new operation: it is defined as the composition of the plain operations in
// core/autograd/ops.h, and a test compares values and gradients of the two.
//
// Why it is fast. Networks of this size spend their time moving activations, not multiplying. A fused convolution
// writes only two tensors to memory: the raw output of its convolution and, in the backward pass, one gradient.
// Everything else (the padded normalised input, the depthwise output, their gradients) exists only in bands of rows
// that stay in cache. The norm of an output is applied by its readers while they load it. Its statistics are summed
// while the band is still in cache. The backward pass recomputes each band instead of storing it.
//
// The two kinds of gradient. A NormedValue is a reader's view of a raw value: the norm and the ReLU that this reader
// applies. The readers of one raw value share its norm, but one may read it through a ReLU and another without. In the
// backward pass, each reader adds to the raw value's tape gradient the gradient g with respect to the norm's output
// (the mask of the reader's own ReLU is already applied), and adds to `Norm` the two sums over all pixels that the
// norm's own gradient needs. The convolution that produced the value comes after all readers on the reversed tape.
// While it loads its bands it converts g to the gradient with respect to the raw value, scale * g + factor * raw +
// offset (formula: batch_norm.h).
#pragma once
#include <memory>
#include <optional>

#include "core/autograd/batch_norm.h"
#include "core/autograd/tape.h"

namespace mininas {

// The batch norm that is applied to a raw value by its readers.
struct Norm {
  Var gamma, beta;
  float epsilon = 0.0f;
  ChannelStatistics batch;  // statistics of the raw value; empty in evaluation
  ChannelScale affine;
  ChannelSums gradient_sums;  // backward: sums of g and of g * (raw - mean) over pixels and readers

  void add_sums(const ChannelSums& sums);
};

struct NormedValue {
  Var raw;
  std::shared_ptr<Norm> norm = nullptr;  // null: none
  bool relu = false;                     // applied after the norm

  bool is_plain() const { return !norm && !relu; }  // the reader uses the raw value itself
  NormedValue rectified() const { return {raw, norm, true}; }
};

// The norm that follows a fused convolution. In training it uses the statistics of the batch, in evaluation the scale
// and shift in `running`.
struct NormRequest {
  Var gamma, beta;
  float epsilon;
  const ChannelScale* running = nullptr;
};

// If there is a depthwise convolution, kernel size and stride are those of it, and `conv` must be pointwise.
struct FusedConvWeights {
  std::optional<Var> depthwise;  // [1,k,k,c]
  std::optional<Var> conv;       // [oc,k,k,c]
  int stride = 1;
};

// Returns the raw output with its norm, without a ReLU. Requires at least one of the weights. Throws ConfigError if
// shapes do not fit.
NormedValue fused_conv(Tape& tape, const NormedValue& x, const FusedConvWeights& weights, const NormRequest& norm);

// The value of the view as a plain tensor, for readers that are not fused convolutions (pooling, linear layers).
Var materialize(Tape& tape, const NormedValue& x);

// The sum of two views as a plain tensor; the normalised and rectified inputs are never written to memory. Throws
// ConfigError if shapes differ.
Var add(Tape& tape, const NormedValue& a, const NormedValue& b);

}  // namespace mininas
