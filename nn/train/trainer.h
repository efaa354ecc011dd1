// The training loop, for float training and quantisation-aware training: stochastic gradient descent with momentum and
// weight decay, gradient clipping, a cosine schedule and seeded augmentation. The same network, data and config give
// the same bits for any number of threads and any number of interruptions.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "nn/train/network.h"
#include "nn/train/train_config.h"

namespace mininas {

struct EpochResult {
  int epoch = 0;  // from 0
  double learning_rate = 0;
  double train_loss = 0;      // mean over the epoch's augmented images
  double train_accuracy = 0;  // on the same images, in [0, 1]
  double eval_accuracy = 0;   // in [0, 1], on the evaluation images after the epoch; -1: not measured
  double seconds = 0;
};

// How a network classifies images of which the labels are known. Accuracies are in [0, 1].
struct Evaluation {
  int64_t images = 0, correct = 0;
  std::vector<std::vector<int64_t>> confusion;  // [label][prediction]
  double accuracy() const { return images == 0 ? 0.0 : static_cast<double>(correct) / static_cast<double>(images); }
  int64_t images_of(size_t label) const;
  double chance() const;                      // the accuracy of always naming the commonest class
  double class_accuracy(size_t label) const;  // -1 where the class has no images
  double balanced_accuracy() const;           // the mean over the classes that have images
  size_t worst_class() const;                 // that with the least accuracy, of equals the first
};

struct TrainResult {
  std::vector<EpochResult> epochs;  // including those of earlier, interrupted calls
  std::optional<Evaluation> last;   // what this call measured after the last epoch; not in files
  double seconds = 0;
};

struct TrainProgress {
  int epoch, epochs, step, steps;  // step and steps are those of this epoch
  double loss;
};

struct TrainHooks {
  std::function<void(const TrainProgress&)>
      on_step;  // may throw Interrupted: the checkpoint has the last finished epoch
  std::function<void(const EpochResult&)> on_epoch;
  std::function<void(int epoch)> before_epoch;  // called again for an epoch that a resumed training repeats
  // Called with all epochs so far, including those before an interruption. Returning true ends the training early. It
  // must depend on its argument alone, or a resumed training would differ.
  std::function<bool(const std::vector<EpochResult>&)> stop_early;
  // What becomes an epoch's eval_accuracy. Default: the accuracy.
  std::function<double(const Evaluation&)> measure;
  int evaluate_every = 1;  // epochs; the last one is always evaluated
  // Written after every epoch; empty: none. If a checkpoint of the same run exists, training continues from it.
  std::filesystem::path checkpoint;
};

// `evaluation` may be null, then no accuracy is measured. Throws ConfigError, or FormatError if the checkpoint is
// damaged or belongs to another run.
TrainResult train(Trainable& network, const ImageSet& images, const ImageSet* evaluation, const TrainConfig& config,
                  const TrainHooks& hooks);

// Index of the first largest logit of each image.
std::vector<int> predict(Trainable& network, const ImageSet& images);
Evaluation evaluate(Trainable& network, const ImageSet& images);
// From one prediction per image.
Evaluation evaluate(const std::vector<int>& predictions, const ImageSet& images);

}  // namespace mininas
