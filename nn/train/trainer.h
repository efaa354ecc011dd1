// The one training loop: float training and quantisation-aware training alike.
// Stochastic gradient descent with momentum and weight decay, gradient clipping, a cosine schedule, seeded
// augmentation. The same network, data and config give the same bits for any number of threads, and after any number of
// interruptions.
#pragma once
#include <filesystem>
#include <functional>
#include <vector>

#include "nn/train/network.h"
#include "nn/train/train_config.h"

namespace mininas {

struct EpochResult {
  int epoch = 0;  // from 0
  double learning_rate = 0;
  double train_loss = 0;      // mean over the epoch's augmented images
  double train_accuracy = 0;  // the same, in [0, 1]
  double eval_accuracy = 0;   // in [0, 1], of the evaluation images after the epoch; -1: not measured
  double seconds = 0;
};

struct TrainResult {
  std::vector<EpochResult> epochs;  // those of earlier, interrupted calls too
  double seconds = 0;
};

struct TrainProgress {
  int epoch, epochs, step, steps;  // steps of this epoch
  double loss;
};

struct TrainHooks {
  std::function<void(const TrainProgress&)>
      on_step;  // may throw Interrupted: the last finished epoch is in the checkpoint
  std::function<void(const EpochResult&)> on_epoch;
  std::function<void(int epoch)> before_epoch;  // once more where a resumed training begins that epoch again
  // Given all epochs so far, those before an interruption too: true ends the training early. Pure, or a resumed
  // training would differ.
  std::function<bool(const std::vector<EpochResult>&)> stop_early;
  std::filesystem::path checkpoint;  // written after every epoch; empty: none. A matching one that exists is continued.
};

// `evaluation` may be null: no accuracy is measured. Throws ConfigError, FormatError for a damaged checkpoint or one of
// another config.
TrainResult train(Trainable& network, const ImageSet& images, const ImageSet* evaluation, const TrainConfig& config,
                  const TrainHooks& hooks);

struct Evaluation {
  int64_t images = 0, correct = 0;
  std::vector<std::vector<int64_t>> confusion;  // [label][prediction]
  double accuracy() const { return images == 0 ? 0.0 : static_cast<double>(correct) / static_cast<double>(images); }
};

// Index of the first largest logit of each image.
std::vector<int> predict(Trainable& network, const ImageSet& images);
Evaluation evaluate(Trainable& network, const ImageSet& images);
// From predictions, one an image.
Evaluation evaluate(const std::vector<int>& predictions, const ImageSet& images);

}  // namespace mininas
