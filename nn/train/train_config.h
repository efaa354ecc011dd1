// TrainConfig: the recipe of a training run. The defaults are the published recipe.
#pragma once
#include <cstdint>

#include "core/options.h"
#include "datasets/augment.h"

namespace mininas {

// The position of an epoch in the cosine schedule. With kBeforeEpoch, as in the published runs, epoch e of T uses the
// rate of e + 1, and the last epoch has rate 0.
enum class ScheduleStep { kAfterEpoch, kBeforeEpoch };

struct TrainConfig {
  int epochs = 10;
  // Epochs before this one count as done: learning rate, order of the images and augmentation begin with this one.
  int first_epoch = 0;
  int batch = 64;
  int max_steps = 0;  // stop after this many steps in total; 0: no limit
  float learning_rate = 0.025f;
  float momentum = 0.9f;
  float weight_decay = 3e-4f;  // on every parameter, as published
  float clip_norm = 5.0f;      // bound of the norm of all gradients together; 0: no clipping
  float label_smoothing = 0.0f;
  bool class_weights = false;  // the loss counts every class alike, however many images it has
  ScheduleStep schedule = ScheduleStep::kAfterEpoch;
  Augmentation augmentation;
  uint64_t seed = 0;
};

// All settings except `first_epoch`, which is not set by users.
OptionFields option_fields(TrainConfig& config);
// Throws ConfigError with the setting and its legal range.
void validate(const TrainConfig& config);
// A text of every setting that the bits of the result depend on: equal only for equal recipes.
std::string exact_text(const TrainConfig& config);

}  // namespace mininas
