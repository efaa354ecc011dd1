// What NASBOT believes of all networks after those it has trained: a Gaussian process whose numbers are drawn by how
// well they explain the scores (Kandasamy et al. 2018; ranges of the authors' code).
#pragma once
#include <optional>
#include <vector>

#include "core/rng.h"
#include "search/methods/nasbot/gaussian_process.h"

namespace mininas::nasbot {

struct HyperParameters {
  Kernel kernel;
  double noise_variance = 0.01;
};

struct ModelSettings {
  int draws = 400;  // of hyper-parameters
  int kept = 7;     // of these, drawn by their likelihood and used in turn
  // The kernel's factor of the plain distances lies in this range, divided by their median where `relative`.
  double least_b = 0.01, most_b = 10;
  bool relative = true;
};

class Model {
 public:
  explicit Model(const ModelSettings& settings) : settings_(settings) {}

  void add(const LayeredNetwork& network, double score);
  // Draws hyper-parameters anew. Requires at least two networks.
  void refit(Rng& rng);
  // The next ones of those that were kept are used from now on, with all that is known now.
  void use_next();

  // Of a network that was not trained. Requires that `use_next` was called since the last change.
  Posterior posterior(const LayeredNetwork& network) const;
  double expected_improvement(const LayeredNetwork& network) const;
  int size() const { return static_cast<int>(scores_.size()); }

 private:
  HyperParameters drawn(double variance, double b_unit, Rng& rng) const;
  Matrix kernel_matrix(const Kernel& kernel) const;
  GaussianProcess process(const HyperParameters& parameters) const;
  double median_distance() const;

  ModelSettings settings_;
  std::vector<NetworkProfile> profiles_;
  std::vector<double> scores_;
  std::vector<std::vector<Distances>> distances_;  // of each network to those before it and to itself
  std::vector<HyperParameters> kept_;
  size_t used_ = 0;
  std::optional<GaussianProcess> process_;
};

}  // namespace mininas::nasbot
