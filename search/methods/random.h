// Random search: architectures drawn from the space, each trained, the best one found. What every other method must
// beat; it often comes close (Li and Talwalkar, "Random Search and Reproducibility for Neural Architecture Search",
// UAI 2019). Draws chains or graphs.
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
  int epochs = 5;  // of each
};

OptionFields option_fields(RandomOptions& options);
void validate(const RandomOptions& options);  // throws ConfigError

// Requires valid options.
Found random_search(Session& session, const RandomOptions& options);

}  // namespace mininas
