// The Gaussian process of NASBOT against results of its authors' code.
#include "search/methods/nasbot/gaussian_process.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/rng.h"
#include "tests/search/nasbot/golden_networks.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::nasbot;
using namespace mininas::test;

namespace {

constexpr const char* kMissing = "MININAS_REFERENCE names no folder with methods/nasbot-*.json";

using Names = std::vector<std::string>;

// Equal to six digits, or both negligible.
bool equal(double found, double expected) { return std::abs(found - expected) <= 1e-6 * std::abs(expected) + 1e-30; }

void check_equal(const std::vector<double>& found, const nlohmann::json& expected) {
  REQUIRE(found.size() == expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    INFO("element " << i << ": " << found[i] << " for " << expected[i]);
    CHECK(equal(found[i], expected[i]));
  }
}

struct Networks {
  explicit Networks(const nlohmann::json& all) {
    for (const auto& entry : all) profiles.emplace(entry["name"], NetworkProfile(network_from(entry)));
  }
  Matrix matrix(const Kernel& kernel, const Names& rows, const Names& columns) const {
    Matrix result;
    for (const auto& row : rows) {
      result.emplace_back();
      for (const auto& column : columns)
        result.back().push_back(kernel(otmann_distances(profiles.at(row), profiles.at(column))));
    }
    return result;
  }
  std::map<std::string, NetworkProfile> profiles;
};

Kernel kernel_from(const nlohmann::json& json) {
  Kernel kernel{json["a1"], json["a2"]};
  for (size_t p = 0; p < kernel.b.size(); ++p) {
    kernel.b[p] = json["b"][p];
    kernel.c[p] = json["c"][p];
  }
  return kernel;
}

struct Beliefs {
  std::vector<double> mean, deviation, improvement;
};

Beliefs posteriors_of(const GaussianProcess& process, const Matrix& cross, const Matrix& among, double best) {
  Beliefs all;
  for (size_t i = 0; i < cross.size(); ++i) {
    const Posterior belief = process.posterior(cross[i], among[i][i]);
    all.mean.push_back(belief.mean);
    all.deviation.push_back(belief.deviation);
    all.improvement.push_back(expected_improvement(belief.mean, belief.deviation, best));
  }
  return all;
}

void check_case(const Networks& networks, const nlohmann::json& c) {
  const Kernel kernel = kernel_from(c["kernel"]);
  Names known = c["training_networks"];
  const Names unknown = c["test_networks"];
  std::vector<double> observations = c["observations"];
  const double best = *std::max_element(observations.begin(), observations.end());
  const Matrix matrix = networks.matrix(kernel, known, known), among = networks.matrix(kernel, unknown, unknown);
  const Matrix cross = networks.matrix(kernel, unknown, known);
  for (size_t i = 0; i < known.size(); ++i) check_equal(matrix[i], c["kernel_matrix"][i]);
  for (size_t i = 0; i < unknown.size(); ++i) check_equal(cross[i], c["test_kernel"][i]);

  const GaussianProcess process(matrix, observations, c["prior_mean"], c["noise_variance"]);
  CHECK(equal(process.log_marginal_likelihood(), c["log_marginal_likelihood"]));
  const Beliefs beliefs = posteriors_of(process, cross, among, best);
  check_equal(beliefs.mean, c["posterior_mean"]);
  check_equal(beliefs.deviation, c["posterior_std"]);
  check_equal(beliefs.improvement, c["expected_improvement_over_best_observation"]);

  // A network that is being trained counts as observed with its expected score: deviations shrink, means stay.
  const auto& with_pending = c["with_first_test_network_hallucinated"];
  const Names others = with_pending["for"];
  known.push_back(unknown.front());
  observations.push_back(beliefs.mean.front());
  const GaussianProcess pending(networks.matrix(kernel, known, known), observations, c["prior_mean"],
                                c["noise_variance"]);
  const Beliefs rest =
      posteriors_of(pending, networks.matrix(kernel, others, known), networks.matrix(kernel, others, others), best);
  check_equal({beliefs.mean.begin() + 1, beliefs.mean.end()}, with_pending["posterior_mean"]);
  check_equal(rest.deviation, with_pending["posterior_std"]);
}

}  // namespace

TEST_CASE("kernel, likelihood, posterior and expected improvement are those of the authors' code",
          "[search][nasbot][reference]") {
  const auto networks = golden("nasbot-otmann-distances"), data = golden("nasbot-gaussian-process");
  if (!networks || !data) return skip(kMissing);
  const Networks all((*networks)["networks"]);
  for (const auto& c : (*data)["cases"]) check_case(all, c);
}

TEST_CASE("eigenvalues are raised as the authors' code raises them", "[search][nasbot][reference]") {
  const auto data = golden("nasbot-acquisition");
  if (!data) return skip(kMissing);
  for (const auto& c : (*data)["projection"]) {
    const Matrix raised = raise_eigenvalues(c["matrix"], c["smallest_eigenvalue_allowed"]);
    for (size_t i = 0; i < raised.size(); ++i) check_equal(raised[i], c["projected"][i]);
  }
}

TEST_CASE("eigenpairs of random symmetric matrices rebuild them, and a Cholesky factor solves", "[search][nasbot]") {
  Rng rng = Rng(3).fork("matrices");
  for (const size_t n : {1, 2, 5, 17, 40}) {
    Matrix matrix(n, std::vector<double>(n));
    for (size_t i = 0; i < n; ++i)
      for (size_t j = 0; j <= i; ++j) matrix[i][j] = matrix[j][i] = rng.uniform(-1, 1);
    const Matrix same = raise_eigenvalues(matrix, -1e9), positive = raise_eigenvalues(matrix, 0.1);
    const std::vector<double> x(n, 1.0);
    std::vector<double> b;
    for (size_t i = 0; i < n; ++i) {
      b.push_back(dot(positive[i], x));
      for (size_t j = 0; j < n; ++j) CHECK(same[i][j] == Approx(matrix[i][j]).margin(1e-12));
    }
    const Matrix lower = cholesky(positive);
    for (const double value : solve_upper(lower, solve_lower(lower, b))) CHECK(value == Approx(1.0));
  }
}

TEST_CASE("expected improvement is the mean of what a network gains over the best", "[search][nasbot]") {
  for (const double mean : {-2.0, -0.3, 0.0, 0.7}) {
    const double deviation = 0.8;
    double sum = 0;  // numerical integration over the normal distribution
    constexpr int kSteps = 200000;
    for (int i = 0; i < kSteps; ++i) {
      const double z = -10 + 20 * (i + 0.5) / kSteps;
      sum += std::max(0.0, mean + deviation * z) * std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI) * 20 / kSteps;
    }
    CHECK(expected_improvement(mean, deviation, 0.0) == Approx(sum).epsilon(1e-6));
  }
}
