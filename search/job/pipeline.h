// The main job: search, then from the network found to verified C (search/job/finish.h), summary. Every stage leaves a
// file in the run's folder and is skipped where that file is there, so the job may be killed at any moment and called
// again, and ends with the same network.
#pragma once
#include <functional>
#include <string>

#include "datasets/dataset.h"
#include "search/job/finish.h"
#include "search/job/run_folder.h"
#include "search/job/settings.h"
#include "search/run/run_search.h"

namespace mininas {

struct PipelineHooks : FinishHooks {  // `training` is that of every training, candidates included
  SearchHooks search;
};

// Returns what summary.json holds.
// The test images are used after the final training only. Throws what the stages throw, ConfigError where the budget
// allows no network.
RunSummary run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings,
                        const Dataset& data, const PipelineHooks& hooks);

}  // namespace mininas
