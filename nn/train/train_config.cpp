#include "nn/train/train_config.h"

#include "core/error.h"

namespace mininas {

OptionFields option_fields(TrainConfig& c) {
  return {
      {"epochs", "passes over the training images", &c.epochs, 1, 100000},
      {"steps", "stop after so many steps; 0: no limit", &c.max_steps, 0, 1e9},
      {"batch", "images a step", &c.batch, 2, 65536},
      {"lr", "learning rate at the start of the cosine", &c.learning_rate, 1e-9, 100},
      {"momentum", "of the gradient descent", &c.momentum, 0, 0.9999},
      {"weight-decay", "on every parameter", &c.weight_decay, 0, 1},
      {"clip", "largest norm of all gradients together; 0: off", &c.clip_norm, 0, 1e9},
      {"label-smoothing", "part of each label spread over all classes", &c.label_smoothing, 0, 0.999},
      {"flip", "flip images at random", &c.augmentation.horizontal_flip},
      {"crop-padding", "pixels around an image before a crop of its size; 0: off", &c.augmentation.crop_padding, 0, 64},
      {"cutout", "side of the blanked square in pixels; 0: off", &c.augmentation.cutout, 0, 256},
      {"schedule", "of the learning rate: usual, or as-published (stepped before the epoch)",
       choice(c.schedule, {"usual", "as-published"})},
      {"seed", "of weights, order and augmentation", &c.seed, 0, 1.9e19},
  };
}

void validate(const TrainConfig& config) {
  validate_fields(config);
  if (config.first_epoch < 0 || config.first_epoch >= config.epochs)
    throw ConfigError(text("first epoch ", config.first_epoch, ": expected 0 or more, less than the epochs"));
}

std::string exact_text(const TrainConfig& config) {
  TrainConfig copy = config;
  return text(exact_text(option_fields(copy)), " first=", config.first_epoch);
}

}  // namespace mininas
