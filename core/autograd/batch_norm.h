// Batch normalisation over the pixels of a batch, with the ReLU that follows it (Ioffe and Szegedy 2015).
//   y = gamma * (x - mean) / sqrt(variance + epsilon) + beta, then max(y, 0) if `relu`.
// core/reference/batch_norm.h defines it. Sums are computed per image in float, and over the images in double, in image
// order. Per-channel vectors have the shape [1,1,1,c].
#pragma once
#include <functional>
#include <vector>

#include "core/kernels/kernels.h"
#include "core/tensor.h"

namespace mininas {

struct ChannelStatistics {
  Tensor mean, variance;  // the variance is biased (divided by the number of pixels)
};

// Two sums per channel, over all pixels of a batch.
struct ChannelSums {
  std::vector<double> first, second;
};

// Two sums per channel for each image, [n,2,1,c]. They start at zero, and kernels add to them.
class ImageSums {
 public:
  ImageSums(int64_t images, int64_t channels) : sums_(Tensor::zeros({images, 2, 1, channels})) {}
  float* first(int64_t image) { return sums_.data() + image * 2 * sums_.shape().c; }
  float* second(int64_t image) { return first(image) + sums_.shape().c; }
  ChannelSums total() const;  // adds the images in order

 private:
  Tensor sums_;
};

ChannelStatistics measure_channels(const Tensor& x);
// Requires: `sums` of x and of x * x.
ChannelStatistics statistics_of(const ChannelSums& sums, int64_t pixels);

// Batch norm as one multiplication and one addition per channel: scale = gamma / sqrt(variance + epsilon),
// shift = beta - mean * scale.
struct ChannelScale {
  Tensor scale, shift;
};
ChannelScale fold_norm(const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance,
                       float epsilon);

// y = x * scale + shift, then ReLU if `relu`.
Tensor normalize(const Tensor& x, const ChannelScale& affine, bool relu);

// The gradient of the ReLU: g = dy where the normalised x is positive, else 0. Also the two sums over g that the
// gradient of the norm needs.
struct MaskedGradient {
  Tensor g;
  ChannelSums sums;  // of g and of g * (x - mean)
};
MaskedGradient mask_gradient(const Tensor& x, const Tensor& dy, const ChannelStatistics& batch,
                             const ChannelScale& affine, bool relu);

// The gradient through batch norm with batch statistics. With g the gradient with respect to the norm's output, n
// pixels, sigma = sqrt(variance + epsilon) and xhat = (x - mean) / sigma:
//   dbeta = sum g,  dgamma = sum g * xhat
//   dx = gamma / sigma * (g - dbeta / n - xhat * dgamma / n) = scale * g + factor * x + offset
struct NormGradient {
  Tensor dgamma, dbeta, scale, factor, offset;
  NormSlopes slopes() const { return {scale.data(), factor.data(), offset.data()}; }
};
// Requires: `sums` of g and of g * (x - mean).
NormGradient norm_gradient(const ChannelSums& sums, const Tensor& gamma, const ChannelStatistics& batch, int64_t pixels,
                           float epsilon);

// All gradients of a plain batch norm: dx (shape of x), dgamma, dbeta. x, `affine` and `relu` as in the forward pass.
struct NormGradients {
  Tensor dx, dgamma, dbeta;
};
NormGradients normalize_gradients(const Tensor& x, const Tensor& dy, const Tensor& gamma,
                                  const ChannelStatistics& batch, const ChannelScale& affine, bool relu, float epsilon);

// running = (1 - momentum) * running + momentum * batch, with the unbiased variance (times n / (n - 1); with n = 1 the
// biased one is taken).
void update_running(const ChannelStatistics& batch, int64_t pixels, float momentum, Tensor& mean, Tensor& variance);

}  // namespace mininas
