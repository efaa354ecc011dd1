// From a network's shape to verified C: training, quantisation-aware training, export, verification, and what the
// result predicts for the test images. Every stage leaves a file in the folder and is skipped where that file is there;
// called again after any interruption, it ends with the same bytes. The searched network and the network that it is
// measured against both go this way.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "search/job/results.h"
#include "search/job/settings.h"
#include "search/job/stages.h"

namespace mininas {

struct FinishHooks {
  std::function<void(const std::string& name)> on_stage;  // may throw Interrupted
  TrainHooks training;                                    // without a checkpoint
  std::function<void(int64_t done, int64_t images)> on_verified;
};

struct FinishPlan {
  TrainConfig recipe;
  QuantizeSettings quantize;
  int64_t verify_images = 0;  // of the test images; 0: all
  std::string label;          // where not empty: into AS-PUBLISHED.txt, beside the run and in the export
  RamPlan ram_plan = RamPlan::kStrips;
};

// PLACE/AS-PUBLISHED.txt, unless the label is empty.
void write_label(const std::filesystem::path& folder, const std::string& label);

// Also writes evaluation.json. Throws what the stages throw, Error where the exported network differs from the engine.
FinishedNetwork finish_network(const RunFolder& folder, const NetworkSpec& spec, const FinishPlan& plan,
                               const Dataset& data, const FinishHooks& hooks);

}  // namespace mininas
