#include "core/autograd/batch_norm.h"

#include <cmath>

#include "core/error.h"
#include "core/parallel.h"

namespace mininas {
namespace {

int64_t image_floats(const Tensor& x) { return x.shape().h * x.shape().w * x.shape().c; }

NormRows rows_of(const Tensor& x, int64_t image, const ChannelScale& affine, bool relu) {
  const Shape& s = x.shape();
  return {.x = x.data() + image * image_floats(x),
          .pixels = s.h * s.w,
          .channels = s.c,
          .scale = affine.scale.data(),
          .shift = affine.shift.data(),
          .relu = relu};
}

}  // namespace

ChannelSums ImageSums::total() const {
  const Shape& s = sums_.shape();
  ChannelSums total{std::vector<double>(static_cast<size_t>(s.c)), std::vector<double>(static_cast<size_t>(s.c))};
  for (int64_t image = 0; image < s.n; ++image) {
    for (int64_t c = 0; c < s.c; ++c) {
      total.first[static_cast<size_t>(c)] += double{sums_.at(image, 0, 0, c)};
      total.second[static_cast<size_t>(c)] += double{sums_.at(image, 1, 0, c)};
    }
  }
  return total;
}

ChannelStatistics measure_channels(const Tensor& x) {
  const Shape& s = x.shape();
  ImageSums sums(s.n, s.c);
  parallel_for(s.n, [&](int64_t image) {
    kernels().channel_sums(x.data() + image * s.h * s.w * s.c, s.h * s.w, s.c, sums.first(image), sums.second(image));
  });
  return statistics_of(sums.total(), s.pixels());
}

ChannelStatistics statistics_of(const ChannelSums& sums, int64_t pixels) {
  const auto channels = static_cast<int64_t>(sums.first.size());
  ChannelStatistics batch{Tensor::uninitialized({1, 1, 1, channels}), Tensor::uninitialized({1, 1, 1, channels})};
  const auto n = static_cast<double>(pixels);
  for (int64_t c = 0; c < channels; ++c) {
    const double mean = sums.first[static_cast<size_t>(c)] / n;
    const double variance = sums.second[static_cast<size_t>(c)] / n - mean * mean;
    batch.mean.data()[c] = static_cast<float>(mean);
    batch.variance.data()[c] = static_cast<float>(variance > 0.0 ? variance : 0.0);
  }
  return batch;
}

ChannelScale fold_norm(const Tensor& gamma, const Tensor& beta, const Tensor& mean, const Tensor& variance,
                       float epsilon) {
  ChannelScale affine{Tensor::uninitialized(gamma.shape()), Tensor::uninitialized(gamma.shape())};
  for (int64_t c = 0; c < gamma.size(); ++c) {
    const double scale = double{gamma.data()[c]} / std::sqrt(double{variance.data()[c]} + double{epsilon});
    affine.scale.data()[c] = static_cast<float>(scale);
    affine.shift.data()[c] = static_cast<float>(double{beta.data()[c]} - double{mean.data()[c]} * scale);
  }
  return affine;
}

Tensor normalize(const Tensor& x, const ChannelScale& affine, bool relu) {
  MN_CHECK(affine.scale.size() == x.shape().c && affine.shift.size() == x.shape().c, to_text(x.shape()));
  Tensor y = Tensor::uninitialized(x.shape());
  parallel_for(x.shape().n, [&](int64_t image) {
    kernels().normalize(rows_of(x, image, affine, relu), y.data() + image * image_floats(x));
  });
  return y;
}

MaskedGradient mask_gradient(const Tensor& x, const Tensor& dy, const ChannelStatistics& batch,
                             const ChannelScale& affine, bool relu) {
  MN_CHECK(dy.shape() == x.shape(), to_text(dy.shape()));
  Tensor g = Tensor::uninitialized(x.shape());
  ImageSums sums(x.shape().n, x.shape().c);
  parallel_for(x.shape().n, [&](int64_t image) {
    const int64_t first = image * image_floats(x);
    kernels().mask_gradient(rows_of(x, image, affine, relu), dy.data() + first, batch.mean.data(), g.data() + first,
                            sums.first(image), sums.second(image));
  });
  return {std::move(g), sums.total()};
}

NormGradients normalize_gradients(const Tensor& x, const Tensor& dy, const Tensor& gamma,
                                  const ChannelStatistics& batch, const ChannelScale& affine, bool relu,
                                  float epsilon) {
  const Shape& s = x.shape();
  MaskedGradient masked = mask_gradient(x, dy, batch, affine, relu);
  NormGradient d = norm_gradient(masked.sums, gamma, batch, s.pixels(), epsilon);
  parallel_for(s.n, [&](int64_t image) {
    float* g = masked.g.data() + image * image_floats(x);
    kernels().norm_gradient(x.data() + image * image_floats(x), g, s.h * s.w, s.c, d.slopes(), g);
  });
  return {std::move(masked.g), std::move(d.dgamma), std::move(d.dbeta)};
}

NormGradient norm_gradient(const ChannelSums& sums, const Tensor& gamma, const ChannelStatistics& batch, int64_t pixels,
                           float epsilon) {
  const auto make = [&] { return Tensor::uninitialized(gamma.shape()); };
  NormGradient out{make(), make(), make(), make(), make()};
  const auto n = static_cast<double>(pixels);
  for (int64_t c = 0; c < gamma.size(); ++c) {
    const double sigma = std::sqrt(double{batch.variance.data()[c]} + double{epsilon});
    const double dbeta = sums.first[static_cast<size_t>(c)], dgamma = sums.second[static_cast<size_t>(c)] / sigma;
    const double scale = double{gamma.data()[c]} / sigma;
    const double slope = -scale * dgamma / (n * sigma);
    out.dbeta.data()[c] = static_cast<float>(dbeta);
    out.dgamma.data()[c] = static_cast<float>(dgamma);
    out.scale.data()[c] = static_cast<float>(scale);
    out.factor.data()[c] = static_cast<float>(slope);
    out.offset.data()[c] = static_cast<float>(-scale * dbeta / n - slope * double{batch.mean.data()[c]});
  }
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
