#include "core/batch_norm.h"

#include <cmath>
#include <functional>
#include <vector>

#include "core/error.h"
#include "core/kernels/kernels.h"
#include "core/parallel.h"

namespace mininas {
namespace {

// Runs body(image, first, second) for each image, which fills two vectors of channel sums; returns their totals over images.
struct ChannelSums {
  std::vector<double> first, second;
};
ChannelSums sum_over_images(const Shape& s, const std::function<void(int64_t, float*, float*)>& body) {
  Tensor sums = Tensor::uninitialized({s.n, 2, 1, s.c});
  parallel_for(s.n, [&](int64_t image) {
    float* first = sums.data() + image * 2 * s.c;
    body(image, first, first + s.c);
  });
  ChannelSums total{std::vector<double>(static_cast<size_t>(s.c)), std::vector<double>(static_cast<size_t>(s.c))};
  for (int64_t image = 0; image < s.n; ++image) {
    for (int64_t c = 0; c < s.c; ++c) {
      total.first[static_cast<size_t>(c)] += double{sums.at(image, 0, 0, c)};
      total.second[static_cast<size_t>(c)] += double{sums.at(image, 1, 0, c)};
    }
  }
  return total;
}

NormRows rows_of(const Tensor& x, int64_t image, const ChannelScale& how, bool relu) {
  const Shape& s = x.shape();
  return {.x = x.data() + image * s.h * s.w * s.c, .pixels = s.h * s.w, .channels = s.c, .scale = how.scale.data(), .shift = how.shift.data(), .relu = relu};
}

}  // namespace

ChannelStatistics measure_channels(const Tensor& x) {
  const Shape& s = x.shape();
  const ChannelSums sums = sum_over_images(s, [&](int64_t image, float* sum, float* squares) {
    kernels().channel_sums(x.data() + image * s.h * s.w * s.c, s.h * s.w, s.c, sum, squares);
  });
  ChannelStatistics batch{Tensor::uninitialized({1, 1, 1, s.c}), Tensor::uninitialized({1, 1, 1, s.c})};
  const auto pixels = static_cast<double>(s.pixels());
  for (int64_t c = 0; c < s.c; ++c) {
    const double mean = sums.first[static_cast<size_t>(c)] / pixels;
    const double variance = sums.second[static_cast<size_t>(c)] / pixels - mean * mean;
    batch.mean.data()[c] = static_cast<float>(mean);
    batch.variance.data()[c] = static_cast<float>(variance > 0.0 ? variance : 0.0);
  }
  return batch;
}

ChannelScale fold_norm(const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance, float epsilon) {
  ChannelScale how{Tensor::uninitialized(gamma.shape()), Tensor::uninitialized(gamma.shape())};
  for (int64_t c = 0; c < gamma.size(); ++c) {
    const double scale = double{gamma.data()[c]} / std::sqrt(double{variance.data()[c]} + double{epsilon});
    how.scale.data()[c] = static_cast<float>(scale);
    how.shift.data()[c] = static_cast<float>(double{beta.data()[c]} - double{mean.data()[c]} * scale);
  }
  return how;
}

Tensor normalize(const Tensor& x, const ChannelScale& how, bool relu) {
  MN_CHECK(how.scale.size() == x.shape().c && how.shift.size() == x.shape().c, to_text(x.shape()));
  const Shape& s = x.shape();
  Tensor y = Tensor::uninitialized(s);
  parallel_for(s.n, [&](int64_t image) { kernels().normalize(rows_of(x, image, how, relu), y.data() + image * s.h * s.w * s.c); });
  return y;
}

// With g the gradient before the ReLU, n pixels and xhat = (x - mean) / sigma:
//   dbeta = sum g,  dgamma = sum g * xhat,  dx = gamma / sigma * (g - dbeta / n - xhat * dgamma / n)
// which is scale * g + factor * x + offset with factor and offset constant in a channel.
NormGradients normalize_gradients(const Tensor& x, const Tensor& dy, const Tensor& gamma, const ChannelStatistics& batch, const ChannelScale& how,
                                  bool relu, float epsilon) {
  MN_CHECK(dy.shape() == x.shape(), to_text(dy.shape()));
  const Shape& s = x.shape();
  const auto offset_of = [&](int64_t image) { return image * s.h * s.w * s.c; };
  const ChannelSums sums = sum_over_images(s, [&](int64_t image, float* sum, float* products) {
    kernels().normalize_gradient_sums(rows_of(x, image, how, relu), dy.data() + offset_of(image), batch.mean.data(), sum, products);
  });
  NormGradients out{Tensor::uninitialized(s), Tensor::uninitialized(gamma.shape()), Tensor::uninitialized(gamma.shape())};
  Tensor factor = Tensor::uninitialized(gamma.shape()), offset = Tensor::uninitialized(gamma.shape());
  const auto pixels = static_cast<double>(s.pixels());
  for (int64_t c = 0; c < s.c; ++c) {
    const double sigma = std::sqrt(double{batch.variance.data()[c]} + double{epsilon});
    const double dbeta = sums.first[static_cast<size_t>(c)], dgamma = sums.second[static_cast<size_t>(c)] / sigma;
    const double scale = double{gamma.data()[c]} / sigma;
    const double slope = -scale * dgamma / (pixels * sigma);
    out.dbeta.data()[c] = static_cast<float>(dbeta);
    out.dgamma.data()[c] = static_cast<float>(dgamma);
    factor.data()[c] = static_cast<float>(slope);
    offset.data()[c] = static_cast<float>(-scale * dbeta / pixels - slope * double{batch.mean.data()[c]});
  }
  parallel_for(s.n, [&](int64_t image) {
    kernels().normalize_gradient(rows_of(x, image, how, relu), dy.data() + offset_of(image), factor.data(), offset.data(), out.dx.data() + offset_of(image));
  });
  return out;
}

void update_running(const ChannelStatistics& batch, int64_t pixels, float momentum, Tensor& mean, Tensor& variance) {
  const double unbias = pixels > 1 ? static_cast<double>(pixels) / static_cast<double>(pixels - 1) : 1.0;
  const auto blend = [momentum](float old, double fresh) {
    return static_cast<float>((1.0 - double{momentum}) * double{old} + double{momentum} * fresh);
  };
  for (int64_t c = 0; c < mean.size(); ++c) {
    mean.data()[c] = blend(mean.data()[c], double{batch.mean.data()[c]});
    variance.data()[c] = blend(variance.data()[c], double{batch.variance.data()[c]} * unbias);
  }
}

}  // namespace mininas
