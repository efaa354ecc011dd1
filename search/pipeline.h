// The main job: search, final training, quantisation-aware training, export, verification, summary. Every stage leaves a file in the run's
// folder and is skipped where that file is there, so the job may be killed at any moment and called again, and ends with the same network.
#pragma once
#include <functional>
#include <string>

#include "datasets/dataset.h"
#include "search/run_folder.h"
#include "search/run_search.h"
#include "search/settings.h"

namespace mininas {

struct PipelineHooks {
  std::function<void(const std::string& name)> on_stage;  // "search", "final training", ...; may throw Interrupted
  std::function<void(const Candidate&, const Cost&, int index, int most_left)> on_candidate;
  std::function<void(const JournalEntry&, int index)> on_decision;
  TrainHooks training;  // of every training, candidates included; without a checkpoint
  std::function<void(int64_t done, int64_t images)> on_verified;
};

// Returns what summary.json holds: architecture, params, flash_bytes, code_bytes, ram_bytes, macs, test_accuracy_float, test_accuracy_int8
// (in [0, 1]), candidates, candidates_trained, search_end, seconds, weights_sha256, quantized_sha256, verify {...}, seed, command, data.
// The test images are used after the final training only. Throws what the stages throw, ConfigError where the budget allows no network,
// Error where the exported network differs from the engine.
Record run_pipeline(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings, const Dataset& data,
                    const PipelineHooks& hooks);

}  // namespace mininas
