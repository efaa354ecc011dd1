// The state of a training run between two epochs (BinaryWriter kind "CKPT"): identity of the run, finished epochs,
// steps, parameters, velocities, running statistics.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "nn/train/optimizer.h"
#include "nn/train/trainer.h"

namespace mininas {

struct TrainingState {
  Trainable& network;
  SgdOptimizer& optimizer;
  std::vector<EpochResult>& epochs;
  int64_t& steps;
};

// `identity`: a text that is equal only for the same recipe, data and network; checked when the checkpoint is read.
void save_checkpoint(const TrainingState& state, const std::string& identity, const std::filesystem::path& path);

// False where no file exists. Throws FormatError for a damaged file and for one of another run.
bool load_checkpoint(const TrainingState& state, const std::string& identity, const std::filesystem::path& path);

}  // namespace mininas
