#include "search/methods/nasbot/gaussian_process.h"

#include <algorithm>
#include <cmath>

#include "core/portable_math.h"

namespace mininas::nasbot {
namespace {

constexpr double kMinVarianceShare = 0.05;  // of the noise variance
constexpr double kLog2Pi = 1.8378770664093453;

double normal_density(double z) { return portable_exp(-0.5 * (z * z + kLog2Pi)); }

}  // namespace

double Kernel::operator()(const Distances& distances) const {
  double plain = 0, normalised = 0;
  for (size_t p = 0; p < b.size(); ++p) {
    plain += b[p] * distances.plain[p];
    normalised += c[p] * distances.normalised[p] * distances.normalised[p];
  }
  return a1 * portable_exp(-plain) + a2 * portable_exp(-normalised);
}

GaussianProcess::GaussianProcess(const Matrix& kernel_matrix, const std::vector<double>& observations,
                                 double prior_mean, double noise_variance)
    : prior_mean_(prior_mean), noise_variance_(noise_variance) {
  Matrix noisy = raise_eigenvalues(kernel_matrix, 0.0);
  for (size_t i = 0; i < noisy.size(); ++i) noisy[i][i] += noise_variance;
  lower_ = cholesky(noisy);
  for (const double observation : observations) centred_.push_back(observation - prior_mean);
  weights_ = solve_upper(lower_, solve_lower(lower_, centred_));
}

double GaussianProcess::log_marginal_likelihood() const {
  double half_log_determinant = 0;
  for (size_t i = 0; i < lower_.size(); ++i) half_log_determinant += portable_log(lower_[i][i]);
  return -0.5 * dot(centred_, weights_) - half_log_determinant - 0.5 * static_cast<double>(lower_.size()) * kLog2Pi;
}

Posterior GaussianProcess::posterior(const std::vector<double>& cross, double self) const {
  const std::vector<double> solved = solve_lower(lower_, cross);
  const double variance = std::max(self - dot(solved, solved), kMinVarianceShare * noise_variance_);
  return {prior_mean_ + dot(cross, weights_), std::sqrt(variance)};
}

double expected_improvement(double mean, double deviation, double best) {
  const double gain = mean - best, z = gain / deviation;
  return gain * portable_normal_cdf(z) + deviation * normal_density(z);
}

}  // namespace mininas::nasbot
