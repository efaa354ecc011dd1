// The Gaussian process of NASBOT (Kandasamy et al. 2018, section 3.1 and appendix): what it expects of a network that was
// never trained, from distances to those that were.
#pragma once
#include <array>
#include <vector>

#include "search/methods/nasbot/otmann.h"
#include "search/methods/symmetric.h"

namespace mininas::nasbot {

// k(x, y) = a1 * exp(-sum_p b_p * d_p) + a2 * exp(-sum_p c_p * n_p^2) over the structure weights p, with the distances d
// and the normalised ones n.
struct Kernel {
  double a1 = 1, a2 = 1;
  std::array<double, kStructureWeights.size()> b{}, c{};

  double operator()(const Distances& distances) const;
};

// What is believed of one network.
struct Posterior {
  double mean = 0, deviation = 0;
};

class GaussianProcess {
 public:
  // `kernel_matrix`: of the observed networks; raised to no negative eigenvalue before the noise is added, since OTMANN's
  // kernel need not be positive. Requires noise_variance > 0.
  GaussianProcess(const Matrix& kernel_matrix, const std::vector<double>& observations, double prior_mean,
                  double noise_variance);

  double log_marginal_likelihood() const;
  // Of a network by itself. `cross`: its kernel with every observed one; `self`: with itself. The variance is at least
  // 0.05 * noise_variance.
  Posterior posterior(const std::vector<double>& cross, double self) const;

 private:
  Matrix lower_;                 // Cholesky factor of kernel and noise
  std::vector<double> centred_;  // observations less the prior mean
  std::vector<double> weights_;  // inverse of kernel and noise times centred_
  double prior_mean_, noise_variance_;
};

// By how much a network of this mean and deviation is expected to be better than `best`.
double expected_improvement(double mean, double deviation, double best);

}  // namespace mininas::nasbot
