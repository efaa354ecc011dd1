// Turns an architecture into verified C: training, quantisation-aware training, export, verification, and evaluation on
// the test images. Every stage writes a file in the run's folder and is skipped if that file exists. After any
// interruption the same call therefore ends with the same bytes. The network that was searched and its baseline are
// both made this way.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "search/job/results.h"
#include "search/job/settings.h"
#include "search/job/stages.h"

namespace mininas {

struct FinishHooks {
  std::function<void(const std::string& name)> on_stage;   // may throw Interrupted
  std::function<void(const std::string& what)> on_notice;  // what nobody should overlook, in a sentence
  TrainHooks training;                                     // without a checkpoint
  std::function<void(int64_t done, int64_t images)> on_verified;
};

struct FinishPlan {
  TrainConfig recipe;
  QuantizeSettings quantize;
  int64_t verify_images = 0;  // number of test images; 0: all
  std::string label;          // if not empty: written to AS-PUBLISHED.txt in the run and in the export
  Target target;
  int epoch_steps = 0;  // least steps in an epoch; 0: each image passes once
};

// Writes FOLDER/AS-PUBLISHED.txt, unless the label is empty.
void write_label(const std::filesystem::path& folder, const std::string& label);

// Also writes evaluation.json. Throws the errors of the stages, and Error if the exported network differs from the
// engine.
FinishedNetwork finish_network(const RunFolder& folder, const NetworkSpec& spec, const FinishPlan& plan,
                               const Dataset& data, const FinishHooks& hooks);

}  // namespace mininas
