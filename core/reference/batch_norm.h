// The definition of batch norm in training, with an optional ReLU, and of its gradients (Ioffe and Szegedy, "Batch
// Normalization", ICML 2015). For each channel, over the n pixels of a batch:
//   mean = sum x / n,  variance = sum (x - mean)^2 / n
//   normal = (x - mean) / sqrt(variance + epsilon)
//   y = gamma * normal + beta,  then max(y, 0) with ReLU
// With g = dy (0 where the ReLU's output is 0):
//   dbeta = sum g,  dgamma = sum g * normal
//   dx = gamma / sqrt(variance + epsilon) * (g - dbeta / n - normal * dgamma / n)
// x, y [pixels][channels]; T is float or double. Not optimised for speed.
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

namespace mininas::reference {

template <class T>
struct BatchNorm {
  std::vector<T> gamma, beta;  // one per channel, like the other vectors
  T epsilon;
  bool relu;
  std::vector<T> mean, variance;  // statistics of the last batch
};

template <class T>
T normal(const BatchNorm<T>& norm, T x, size_t c) {
  return (x - norm.mean[c]) / std::sqrt(norm.variance[c] + norm.epsilon);
}

// Sets mean and variance, returns y.
template <class T>
std::vector<T> batch_norm(BatchNorm<T>& norm, const std::vector<T>& x) {
  const size_t channels = norm.gamma.size(), n = x.size() / channels;
  norm.mean.assign(channels, T{0});
  norm.variance.assign(channels, T{0});
  for (size_t i = 0; i < x.size(); ++i) norm.mean[i % channels] += x[i] / static_cast<T>(n);
  for (size_t i = 0; i < x.size(); ++i) {
    const T centred = x[i] - norm.mean[i % channels];
    norm.variance[i % channels] += centred * centred / static_cast<T>(n);
  }
  std::vector<T> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = i % channels;
    y[i] = norm.gamma[c] * normal(norm, x[i], c) + norm.beta[c];
    if (norm.relu && !(y[i] > T{0})) y[i] = T{0};
  }
  return y;
}

template <class T>
struct BatchNormGradients {
  std::vector<T> x, gamma, beta;
};

// Requires: batch_norm(norm, x) was called before.
template <class T>
BatchNormGradients<T> batch_norm_gradients(const BatchNorm<T>& norm, const std::vector<T>& x,
                                           const std::vector<T>& dy) {
  const size_t channels = norm.gamma.size();
  const T n = static_cast<T>(x.size() / channels);
  std::vector<T> g = dy;
  BatchNormGradients<T> d{std::vector<T>(x.size()), std::vector<T>(channels), std::vector<T>(channels)};
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = i % channels;
    if (norm.relu && !(norm.gamma[c] * normal(norm, x[i], c) + norm.beta[c] > T{0})) g[i] = T{0};
    d.beta[c] += g[i];
    d.gamma[c] += g[i] * normal(norm, x[i], c);
  }
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = i % channels;
    d.x[i] = norm.gamma[c] / std::sqrt(norm.variance[c] + norm.epsilon) *
             (g[i] - d.beta[c] / n - normal(norm, x[i], c) * d.gamma[c] / n);
  }
  return d;
}

// running = (1 - momentum) * running + momentum * batch, with the unbiased variance (times n / (n - 1), if n > 1).
template <class T>
void update_running(const BatchNorm<T>& norm, size_t n, T momentum, std::vector<T>& running_mean,
                    std::vector<T>& running_variance) {
  const T unbiased = n > 1 ? static_cast<T>(n) / static_cast<T>(n - 1) : T{1};
  for (size_t c = 0; c < norm.mean.size(); ++c) {
    running_mean[c] += momentum * (norm.mean[c] - running_mean[c]);
    running_variance[c] += momentum * (unbiased * norm.variance[c] - running_variance[c]);
  }
}

}  // namespace mininas::reference
