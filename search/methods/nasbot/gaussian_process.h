// The Gaussian process of NASBOT (Kandasamy et al. 2018, section 3.1 and appendix): predicts the score of a network
// from its distances to networks that were trained.
#pragma once
#include <array>
#include <vector>

#include "search/methods/nasbot/otmann.h"
#include "search/methods/symmetric.h"

namespace mininas::nasbot {

// k(x, y) = a1 * exp(-sum_p b_p * d_p) + a2 * exp(-sum_p c_p * n_p^2), with one term p per structure weight, the
// distances d and the normalised distances n.
struct Kernel {
  double a1 = 1, a2 = 1;
  std::array<double, kStructureWeights.size()> b{}, c{};

  double operator()(const Distances& distances) const;
};

// The predicted score of one network.
struct Posterior {
  double mean = 0, deviation = 0;
};

class GaussianProcess {
 public:
  // `kernel_matrix` is that of the observed networks. Since OTMANN's kernel need not be positive definite, its negative
  // eigenvalues are raised to 0 before the noise is added. Requires noise_variance > 0.
  GaussianProcess(const Matrix& kernel_matrix, const std::vector<double>& observations, double prior_mean,
                  double noise_variance);

  double log_marginal_likelihood() const;
  // The prediction for a single network. `cross` has its kernel values with every observed network, `self` the one with
  // itself. The variance is at least 0.05 * noise_variance.
  Posterior posterior(const std::vector<double>& cross, double self) const;

 private:
  Matrix lower_;                 // Cholesky factor of kernel + noise
  std::vector<double> centred_;  // observations minus the prior mean
  std::vector<double> weights_;  // inverse of (kernel + noise) times centred_
  double prior_mean_, noise_variance_;
};

// The expectation of max(0, score - best) for a network with this mean and deviation.
double expected_improvement(double mean, double deviation, double best);

}  // namespace mininas::nasbot
