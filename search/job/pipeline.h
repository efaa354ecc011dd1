// The main job: search, then verified C from the network found (search/job/finish.h), then a summary. Every stage
// writes a file in the run's folder and is skipped if that file exists. The job may be killed at any moment; started
// again, it ends with the same network.
#pragma once
#include <functional>
#include <string>

#include "datasets/dataset.h"
#include "search/job/finish.h"
#include "search/job/run_folder.h"
#include "search/job/settings.h"
#include "search/run/run_search.h"

namespace mininas {

struct PipelineHooks : FinishHooks {  // `training` is called in every training, candidates included
  SearchHooks search;
};

// Returns the contents of summary.json. Uses the test images only after the final training. Throws the errors of the
// stages, and ConfigError if no network is within the budget.
RunSummary run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings,
                        const Dataset& data, const PipelineHooks& hooks);

// The same without a search: finishes one candidate of a search that was run before, as that search would have.
// `folder`: open_take's.
RunSummary run_take(const RunFolder& folder, const RunIdentity& identity, const TakeSettings& settings,
                    const Dataset& data, const PipelineHooks& hooks);

// The folder for that: a new one, or that of the same candidate, begun before. Throws ConfigError where it holds
// another run.
RunFolder open_take(const std::filesystem::path& path, const RunIdentity& identity, TakeSettings& settings,
                    const Dataset& data);

// For `--pareto N`: finishes N candidates of the Pareto front beside the network found, spread over it from the
// smallest flash to the largest, each in RUN/front/NUMBER. Requires a finished search.
struct FrontMember {
  int candidate = 0;  // its number, from 1
  RunSummary summary;
};
std::vector<FrontMember> finish_front(const RunFolder& folder, const RunIdentity& identity, const Record& settings,
                                      const Dataset& data, const PipelineHooks& hooks);

}  // namespace mininas
