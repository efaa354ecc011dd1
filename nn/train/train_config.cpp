#include "nn/train/train_config.h"

#include "core/error.h"

namespace mininas {

OptionFields option_fields(TrainConfig& c) {
  return {
      {"epochs", "passes over the training images; more of them give a better network and take longer", &c.epochs, 1,
       100000},
      {"steps", "end the training after so many steps, for a quick trial; 0: no limit", &c.max_steps, 0, 1e9},
      {"batch", "images in one step", &c.batch, 2, 65536},
      {"lr", "learning rate of the first epoch, from which a cosine leads down to 0; lower it when training diverges",
       &c.learning_rate, 1e-9, 100},
      {"momentum", "momentum of the gradient descent", &c.momentum, 0, 0.9999},
      {"weight-decay", "how strongly every weight is pulled towards 0; raise it when the network overfits",
       &c.weight_decay, 0, 1},
      {"clip", "gradients whose common norm is larger are scaled down to it; 0: never", &c.clip_norm, 0, 1e9},
      {"label-smoothing", "share of each label that is spread over all classes; raise it when labels are unreliable",
       &c.label_smoothing, 0, 0.999},
      {"class-weights",
       "count each class alike in training, however many images it has; for classes of very different size",
       &c.class_weights},
      {"flip",
       "mirror training images at random, left to right; --no-flip where a mirrored image is another thing, as with "
       "digits and letters",
       &c.augmentation.horizontal_flip},
      {"crop-padding", "shift training images at random by up to so many pixels; 0: never",
       &c.augmentation.crop_padding, 0, 64},
      {"cutout", "blank a random square of so many pixels a side in each training image; 0: never",
       &c.augmentation.cutout, 0, 256},
      {"tone",
       "change contrast and brightness of each training image at random by up to so many percent; for photos that will "
       "be taken in other light; 0: never",
       &c.augmentation.tone, 0, 100},
      {"negative",
       "show every other training image as its negative, drawn at random; for signs that are light on dark in some "
       "photos and dark on light in others",
       &c.augmentation.negative},
      {"schedule", "when the learning rate falls: after an epoch (usual), or before it (as-published, for comparisons)",
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
