// Batch normalisation over the pixels of a batch, with the ReLU that follows it (Ioffe and Szegedy 2015).
//   y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, then max(y, 0) where asked.
// Definition: core/reference/batch_norm.h. Sums are made per image in float and over images in double, in image order.
// Vectors are [1,1,1,c].
#pragma once
#include <functional>
#include <vector>

#include "core/kernels/kernels.h"
#include "core/tensor.h"

namespace mininas {

struct ChannelStatistics {
  Tensor mean, variance;  // variance: biased (divided by the number of pixels)
};

// Two sums a channel, over all pixels of a batch.
struct ChannelSums {
  std::vector<double> first, second;
};

// One row of two sums a channel for each image, [n,2,1,c], that kernels add to; zero at first.
class ImageSums {
 public:
  ImageSums(int64_t images, int64_t channels) : sums_(Tensor::zeros({images, 2, 1, channels})) {}
  float* first(int64_t image) { return sums_.data() + image * 2 * sums_.shape().c; }
  float* second(int64_t image) { return first(image) + sums_.shape().c; }
  ChannelSums total() const;  // in image order

 private:
  Tensor sums_;
};

ChannelStatistics measure_channels(const Tensor& x);
// From the sums of x and of x * x.
ChannelStatistics statistics_of(const ChannelSums& sums, int64_t pixels);

// Batch norm as one multiply and one add a channel: scale = gamma / sqrt(variance + epsilon), shift = beta - mean *
// scale.
struct ChannelScale {
  Tensor scale, shift;
};
ChannelScale fold_norm(const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance,
                       float epsilon);

// y = x * scale + shift, then ReLU where asked.
Tensor normalize(const Tensor& x, const ChannelScale& how, bool relu);

// g = dy behind the ReLU's mask, for one reader of the normalised x, and what it adds to the norm's sums.
struct MaskedGradient {
  Tensor g;
  ChannelSums sums;  // of g and of g * (x - mean)
};
MaskedGradient mask_gradient(const Tensor& x, const Tensor& dy, const ChannelStatistics& batch, const ChannelScale& how,
                             bool relu);

// The gradient through normalisation with batch statistics, given g, the gradient behind the ReLU's mask. With n
// pixels,
// sigma = sqrt(variance + epsilon) and xhat = (x - mean) / sigma:
//   dbeta = sum g,  dgamma = sum g * xhat, dx = gamma / sigma * (g - dbeta / n - xhat * dgamma / n) = scale * g +
//                   factor * x + offset
struct NormGradient {
  Tensor dgamma, dbeta, scale, factor, offset;
  NormSlopes slopes() const { return {scale.data(), factor.data(), offset.data()}; }
};
// `sums`: of g and of g * (x - mean).
NormGradient norm_gradient(const ChannelSums& sums, const Tensor& gamma, const ChannelStatistics& batch, int64_t pixels,
                           float epsilon);

// All of it for a plain batch norm: dx [as x], dgamma, dbeta. `how` and `relu` as in the forward pass, x its input.
struct NormGradients {
  Tensor dx, dgamma, dbeta;
};
NormGradients normalize_gradients(const Tensor& x, const Tensor& dy, const Tensor& gamma,
                                  const ChannelStatistics& batch, const ChannelScale& how, bool relu, float epsilon);

// running = (1 - momentum) * running + momentum * batch, with the unbiased variance (n / (n - 1); n = 1 counts as
// biased).
void update_running(const ChannelStatistics& batch, int64_t pixels, float momentum, Tensor& mean, Tensor& variance);

}  // namespace mininas
