#include "search/methods/nasbot/model.h"

#include <algorithm>
#include <cmath>

#include "core/portable_math.h"

namespace mininas::nasbot {
namespace {

constexpr double kNoise[] = {0.005, 0.2}, kScale[] = {0.01, 100}, kC[] = {0.1, 100};
constexpr double kLeastVariance = 1e-8;  // scores may all be equal

double log_uniform(double least, double most, Rng& rng) {
  const double low = portable_log(least), high = portable_log(most);
  return portable_exp(low + (high - low) * static_cast<double>(rng.uniform()));
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double variance_of(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::max(squares / static_cast<double>(values.size()), kLeastVariance);
}

// `count` of them, by weight, one perhaps several times.
std::vector<HyperParameters> drawn_by_likelihood(const std::vector<HyperParameters>& all,
                                                 const std::vector<double>& log_likelihoods, int count, Rng& rng) {
  const double best = *std::max_element(log_likelihoods.begin(), log_likelihoods.end());
  std::vector<double> sums;  // cumulative
  for (const double likelihood : log_likelihoods)
    sums.push_back((sums.empty() ? 0.0 : sums.back()) + portable_exp(likelihood - best));
  std::vector<HyperParameters> kept;
  for (int i = 0; i < count; ++i) {
    const double at = sums.back() * static_cast<double>(rng.uniform());
    const auto place = std::upper_bound(sums.begin(), sums.end() - 1, at);
    kept.push_back(all[static_cast<size_t>(place - sums.begin())]);
  }
  return kept;
}

}  // namespace

void Model::add(const LayeredNetwork& network, double score) {
  profiles_.emplace_back(network);
  scores_.push_back(score);
  distances_.emplace_back();
  for (const NetworkProfile& known : profiles_) distances_.back().push_back(otmann_distances(profiles_.back(), known));
}

double Model::median_distance() const {
  std::vector<double> all;
  for (size_t i = 0; i < distances_.size(); ++i)
    for (size_t j = 0; j < i; ++j) all.push_back(distances_[i][j].plain[0]);
  return std::max(median(all), 1e-9);
}

HyperParameters Model::drawn(double variance, double b_unit, Rng& rng) const {
  HyperParameters parameters;
  parameters.noise_variance = variance * log_uniform(kNoise[0], kNoise[1], rng);
  parameters.kernel.a1 = variance * log_uniform(kScale[0], kScale[1], rng);
  parameters.kernel.a2 = variance * log_uniform(kScale[0], kScale[1], rng);
  for (double& b : parameters.kernel.b) b = b_unit * log_uniform(settings_.least_b, settings_.most_b, rng);
  for (double& c : parameters.kernel.c) c = log_uniform(kC[0], kC[1], rng);
  return parameters;
}

Matrix Model::kernel_matrix(const Kernel& kernel) const {
  Matrix matrix(profiles_.size(), std::vector<double>(profiles_.size()));
  for (size_t i = 0; i < matrix.size(); ++i)
    for (size_t j = 0; j <= i; ++j) matrix[i][j] = matrix[j][i] = kernel(distances_[i][j]);
  return matrix;
}

GaussianProcess Model::process(const HyperParameters& parameters) const {
  return {kernel_matrix(parameters.kernel), scores_, median(scores_), parameters.noise_variance};
}

void Model::refit(Rng& rng) {
  const double variance = variance_of(scores_), b_unit = settings_.relative ? 1 / median_distance() : 1.0;
  std::vector<HyperParameters> all;
  std::vector<double> likelihoods;
  for (int i = 0; i < settings_.draws; ++i) {
    all.push_back(drawn(variance, b_unit, rng));
    likelihoods.push_back(process(all.back()).log_marginal_likelihood());
  }
  kept_ = drawn_by_likelihood(all, likelihoods, settings_.kept, rng);
  used_ = 0;
}

void Model::use_next() { process_.emplace(process(kept_[used_++ % kept_.size()])); }

Posterior Model::posterior(const LayeredNetwork& network) const {
  const Kernel& kernel = kept_[(used_ - 1) % kept_.size()].kernel;
  const NetworkProfile profile(network);
  std::vector<double> cross;
  for (const NetworkProfile& known : profiles_) cross.push_back(kernel(otmann_distances(profile, known)));
  return process_->posterior(cross, kernel.a1 + kernel.a2);  // distance 0 to itself
}

double Model::expected_improvement(const LayeredNetwork& network) const {
  const Posterior belief = posterior(network);
  return nasbot::expected_improvement(belief.mean, belief.deviation, *std::max_element(scores_.begin(), scores_.end()));
}

}  // namespace mininas::nasbot
