// TrainConfig: the recipe of a training. Its defaults are the published recipe.
#pragma once
#include <cstdint>

#include "core/options.h"
#include "datasets/augment.h"

namespace mininas {

// Where in the cosine an epoch stands. kBeforeEpoch is how the published runs stepped: epoch e of T uses the rate of e
// + 1, the last is 0.
enum class ScheduleStep { kAfterEpoch, kBeforeEpoch };

struct TrainConfig {
  int epochs = 10;
  int first_epoch = 0;  // those before it are taken as done: rate, order and augmentation begin with it
  int batch = 64;
  int max_steps = 0;  // stop after this many steps in all; 0: no limit
  float learning_rate = 0.025f;
  float momentum = 0.9f;
  float weight_decay = 3e-4f;  // on every parameter, as published
  float clip_norm = 5.0f;      // of all gradients together; 0: off
  float label_smoothing = 0.0f;
  ScheduleStep schedule = ScheduleStep::kAfterEpoch;
  Augmentation augmentation;
  uint64_t seed = 0;
};

// All of it but `first_epoch`, which is no setting of a run.
OptionFields option_fields(TrainConfig& config);
// Throws ConfigError with the field and its legal range.
void validate(const TrainConfig& config);
// Everything that the recipe contributes to the bits of a training: equal only for equal recipes.
std::string exact_text(const TrainConfig& config);

}  // namespace mininas
