// Random search: draws architectures from the space, trains each, and returns the best. It is the baseline for every
// other method, and often comes close (Li and Talwalkar, "Random Search and Reproducibility for Neural Architecture
// Search", UAI 2019). It draws chains or graphs.
#pragma once
#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/random_graph.h"
#include "search/space/space.h"

namespace mininas {

enum class DrawnForm { kChain, kGraph };

struct RandomOptions {
  DrawnForm form = DrawnForm::kChain;
  SearchSpace space;  // of chains
  RandomGraphLimits graphs;
  int candidates = 30;
  int epochs = 5;  // of each candidate
};

OptionFields option_fields(RandomOptions& options);
void validate(const RandomOptions& options);  // throws ConfigError

// Requires valid options.
SearchResult random_search(Session& session, const RandomOptions& options);

}  // namespace mininas
