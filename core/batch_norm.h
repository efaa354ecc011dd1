// Batch normalisation over the pixels of a batch, with the ReLU that follows it (Ioffe and Szegedy 2015).
//   y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, then max(y, 0) where asked.
// Definition: core/reference/batch_norm.h. Sums are made per image in float and over images in double, in image order. Vectors are [1,1,1,c].
#pragma once
#include "core/tensor.h"

namespace mininas {

struct ChannelStatistics {
  Tensor mean, variance;  // variance: biased (divided by the number of pixels)
};

ChannelStatistics measure_channels(const Tensor& x);

// Batch norm as one multiply and one add a channel: scale = gamma / sqrt(variance + epsilon), shift = beta - mean * scale.
struct ChannelScale {
  Tensor scale, shift;
};
ChannelScale fold_norm(const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance, float epsilon);

// y = x * scale + shift, then ReLU where asked.
Tensor normalize(const Tensor& x, const ChannelScale& how, bool relu);

struct NormGradients {
  Tensor dx, dgamma, dbeta;
};
// Through normalisation with batch statistics: mean and variance depend on x. `how` and `relu` as in the forward pass; x is its input.
NormGradients normalize_gradients(const Tensor& x, const Tensor& dy, const Tensor& gamma, const ChannelStatistics& batch, const ChannelScale& how,
                                  bool relu, float epsilon);

// running = (1 - momentum) * running + momentum * batch, with the unbiased variance (n / (n - 1); n = 1 counts as biased).
void update_running(const ChannelStatistics& batch, int64_t pixels, float momentum, Tensor& mean, Tensor& variance);

}  // namespace mininas
