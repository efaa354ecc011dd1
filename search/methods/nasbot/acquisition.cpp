#include "search/methods/nasbot/acquisition.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/portable_math.h"

namespace mininas::nasbot {
namespace {

// What 1, 2, ... 5 changes weigh.
constexpr std::array<double, 5> kStepWeights = {0.5, 0.25, 0.125, 0.075, 0.05};
// Several draws of parents may lead nowhere in a narrow space.
constexpr int kMaxFruitlessRounds = 20;

size_t weighted_index(const double* weights, size_t count, Rng& rng) {
  double total = 0;
  for (size_t i = 0; i < count; ++i) total += weights[i];
  double left = total * static_cast<double>(rng.uniform());
  for (size_t i = 0; i + 1 < count; ++i) {
    if (left < weights[i]) return i;
    left -= weights[i];
  }
  return count - 1;
}

}  // namespace

AcquisitionBudget acquisition_budget(int step) {
  const double evaluations = std::clamp(25 * std::sqrt(static_cast<double>(step)), 50.0, 500.0);
  return {evaluations, static_cast<int>(std::clamp(3 * std::sqrt(evaluations), 5.0, 100.0))};
}

std::vector<double> parent_probabilities(const std::vector<double>& fitness) {
  const double count = static_cast<double>(fitness.size());
  double mean = 0, squares = 0, total = 0;
  for (const double value : fitness) mean += value / count;
  for (const double value : fitness) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / count);
  std::vector<double> probabilities;
  for (const double value : fitness)
    total += probabilities.emplace_back(deviation > 0 ? portable_exp((value - mean) / (2 * deviation)) : 1.0);
  for (double& probability : probabilities) probability /= total;
  return probabilities;
}

Modified modified_in_steps(const LayeredNetwork& network, const SpaceLimits& limits, Rng& rng) {
  size_t steps = 1 + weighted_index(kStepWeights.data(), kStepWeights.size(), rng);
  Modified result = modified(network, limits, rng);
  while (result && --steps > 0) {
    const Modified next = modified(*result, limits, rng);
    if (!next) break;
    result = next;
  }
  return result;
}

LayeredNetwork most_promising(const std::vector<LayeredNetwork>& pool, const AcquisitionBudget& budget,
                              const SpaceLimits& limits,
                              const std::function<double(const LayeredNetwork&)>& acquisition, Rng& rng) {
  std::vector<LayeredNetwork> seen = pool;
  std::vector<double> values;
  for (const LayeredNetwork& network : pool) values.push_back(acquisition(network));
  const auto most = static_cast<size_t>(budget.evaluations) + pool.size();
  for (int fruitless = 0; seen.size() < most && fruitless < kMaxFruitlessRounds; ++fruitless) {
    const std::vector<double> probabilities = parent_probabilities(values);
    const size_t parents = seen.size();
    for (int i = 0; i < budget.mutations && seen.size() < most; ++i) {
      const size_t parent = weighted_index(probabilities.data(), parents, rng);
      const Modified child = modified_in_steps(seen[parent], limits, rng);
      if (!child) continue;
      values.push_back(acquisition(*child));
      seen.push_back(*child);
      fruitless = 0;
    }
  }
  return seen[static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin())];
}

}  // namespace mininas::nasbot
