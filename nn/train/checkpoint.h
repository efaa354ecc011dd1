// The state of a training run between two epochs, as a file (BinaryWriter kind "CKPT"): identity of the run, finished
// epochs, steps, parameters, velocities, running statistics.
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

// `identity` is a text that is equal only for the same recipe, data and network. It is checked when the checkpoint is
// read.
void save_checkpoint(const TrainingState& state, const std::string& identity, const std::filesystem::path& path);

// Returns false if there is no file. Throws FormatError if the file is damaged or belongs to another run.
bool load_checkpoint(const TrainingState& state, const std::string& identity, const std::filesystem::path& path);

}  // namespace mininas
