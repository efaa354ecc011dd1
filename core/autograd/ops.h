// The differentiable operations, as plain functions on a tape (core/autograd/tape.h). Each checks shapes, computes its
// value with a kernel, and records a function that computes the gradients of its inputs. They hold no weights and no
// state.
#pragma once
#include <span>

#include "core/autograd/batch_norm.h"
#include "core/autograd/tape.h"

namespace mininas {

//   x [n,h,w,c], weight [oc,k,k,c] -> [n,oh,ow,oc]
// Symmetric padding (k - 1) / 2. Throws ConfigError where shapes do not fit.
Var conv2d(Tape& tape, Var x, Var weight, int stride);
//   x [n,h,w,c], weight [1,k,k,c] -> [n,oh,ow,c]
Var depthwise(Tape& tape, Var x, Var weight, int stride);
// Batch norm with the statistics of this batch, then ReLU if `relu`. gamma, beta [1,1,1,c]. `batch` receives the
// statistics.
Var batch_norm(Tape& tape, Var x, Var gamma, Var beta, float epsilon, bool relu, ChannelStatistics& batch);
// Batch norm with running statistics: x * scale + shift per channel, then ReLU if `relu`. For evaluation only: it has
// no gradient.
Var scale_channels(Tape& tape, Var x, const ChannelScale& affine, bool relu);
// x + bias, bias [1,1,1,c]
Var add_bias(Tape& tape, Var x, Var bias);
Var relu(Tape& tape, Var x);
// a + b. Throws ConfigError where shapes differ.
Var add(Tape& tape, Var a, Var b);
//   x [n,h,w,c] -> [n,1,1,c], the mean over pixels
Var global_average_pool(Tape& tape, Var x);

// dy where x is above 0, else 0. Not recorded on a tape.
Tensor relu_gradient(const Tensor& x, const Tensor& dy);
// The gradient of a bias: x [n,h,w,c] -> [1,1,1,c], the sum over all pixels, image by image. Not recorded on a tape.
Tensor sum_over_pixels(const Tensor& x);

// Softmax cross-entropy, averaged over the batch, with label smoothing: the target distribution is (1 - smoothing) *
// one-hot + smoothing / classes.
//   logits [n,1,1,classes], labels[n] in [0, classes) -> [1,1,1,1]
// `class_weights`: an image of a class counts as so many images; empty: each counts as one.
Var softmax_cross_entropy(Tape& tape, Var logits, std::span<const int> labels, float smoothing,
                          std::span<const float> class_weights = {});

}  // namespace mininas
