// The evolutionary search with which NASBOT looks for the network that promises most: it begins with a pool of networks
// and changes members of all that it has seen, the better ones more often (Kandasamy et al. 2018, appendix B; numbers
// of the authors' code).
#pragma once
#include <functional>
#include <vector>

#include "search/methods/nasbot/modifiers.h"

namespace mininas::nasbot {

// How many networks the search looks at while `step` candidates have been asked for, and how many changes it makes
// between two draws of parents.
struct AcquisitionBudget {
  double evaluations = 50;
  int mutations = 21;
};
AcquisitionBudget acquisition_budget(int step);

// Proportional to exp((fitness - mean) / (2 standard deviations)). All equal where the fitness is.
std::vector<double> parent_probabilities(const std::vector<double>& fitness);

// One to five changes, fewer more often; fewer than drawn where no legal one is found, nothing where there is none.
Modified modified_in_steps(const LayeredNetwork& network, const SpaceLimits& limits, Rng& rng);

// The best network that is found, the pool included; the first of equals.
LayeredNetwork most_promising(const std::vector<LayeredNetwork>& pool, const AcquisitionBudget& budget,
                              const SpaceLimits& limits,
                              const std::function<double(const LayeredNetwork&)>& acquisition, Rng& rng);

}  // namespace mininas::nasbot
