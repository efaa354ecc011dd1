// Differentiable operations: each checks shapes, computes its value with a kernel, and records how gradients flow back.
// Plain functions on a tape; they hold no weights and no state. Gradients: core/autograd/tape.h.
#pragma once
#include <span>

#include "core/autograd/tape.h"
#include "core/fused/batch_norm.h"

namespace mininas {

//   x [n,h,w,c], weight [oc,k,k,c] -> [n,oh,ow,oc]. Symmetric padding (k - 1) / 2. Throws ConfigError where shapes do
//   not fit.
Var conv2d(Tape& tape, Var x, Var weight, int stride);
//   x [n,h,w,c], weight [1,k,k,c] -> [n,oh,ow,c]
Var depthwise(Tape& tape, Var x, Var weight, int stride);
// Batch norm with the statistics of this batch, then ReLU where asked. gamma, beta [1,1,1,c]. `batch` receives the
// statistics.
Var batch_norm(Tape& tape, Var x, Var gamma, Var beta, float epsilon, bool relu, ChannelStatistics& batch);
// x * scale + shift with constants a channel, then ReLU where asked: batch norm with running statistics. Gradient: none
// (for evaluation).
Var scale_channels(Tape& tape, Var x, const ChannelScale& how, bool relu);
// x + bias, bias [1,1,1,c]
Var add_bias(Tape& tape, Var x, Var bias);
Var relu(Tape& tape, Var x);
// Shapes equal.
Var add(Tape& tape, Var a, Var b);
//   x [n,h,w,c] -> [n,1,1,c], the mean over pixels
Var global_average_pool(Tape& tape, Var x);

//   x [n,h,w,c] -> [1,1,1,c], the sum over all pixels, image by image: the gradient of a bias. Not on the tape.
Tensor sum_over_pixels(const Tensor& x);

// Softmax cross-entropy, averaged over the batch: target distribution (1 - smoothing) * one-hot + smoothing / classes.
//   logits [n,1,1,classes], labels[n] in [0, classes) -> [1,1,1,1]
Var softmax_cross_entropy(Tape& tape, Var logits, std::span<const int> labels, float smoothing);

}  // namespace mininas
