#include "nn/train/trainer.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "core/autograd/ops.h"
#include "core/error.h"
#include "core/io/sha256.h"
#include "core/memory_limit.h"
#include "core/parallel.h"
#include "nn/train/checkpoint.h"
#include "nn/train/optimizer.h"

namespace mininas {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

int argmax(const float* row, int64_t count) { return static_cast<int>(std::max_element(row, row + count) - row); }

std::vector<int> predictions_of(const Tensor& logits) {
  const int64_t classes = logits.shape().c;
  std::vector<int> predictions;
  for (int64_t i = 0; i < logits.shape().n; ++i) predictions.push_back(argmax(logits.data() + i * classes, classes));
  return predictions;
}

// A batch of augmented images and its labels. Random draws depend on (seed, epoch, image), not on the batch.
struct TrainingBatch {
  std::vector<uint8_t> pixels;
  std::vector<int> labels;
};

TrainingBatch gather(const ImageSet& images, std::span<const int64_t> indices, const Augmentation& how, uint8_t zero,
                     const Rng& epoch_rng) {
  TrainingBatch batch;
  const int64_t size = images.shape.size();
  batch.pixels.resize(indices.size() * static_cast<size_t>(size));
  for (const int64_t index : indices) batch.labels.push_back(images.labels[static_cast<size_t>(index)]);
  parallel_for(static_cast<int64_t>(indices.size()), [&](int64_t i) {
    const int64_t index = indices[static_cast<size_t>(i)];
    augment_image(images.image(index), images.shape, how, zero, epoch_rng.fork("augment", static_cast<uint64_t>(index)),
                  batch.pixels.data() + i * size);
  });
  return batch;
}

// A digest of the network's logits for a few images. Two networks with equal weights can still differ in strides, sums,
// pixel scale and activation ranges, and this tells them apart.
std::string logits_digest(Trainable& network, const ImageSet& images) {
  constexpr int64_t kFew = 8;
  Tape tape(Tape::Mode::kForwardOnly);
  const Var logits = network.forward(tape, {images.image(0), std::min(kFew, images.count())}, Phase::kEvaluation);
  Sha256 hash;
  hash.update(std::span<const float>(tape.value(logits).values()));
  return hash.hex_digest();
}

// A text of everything that the bits of a training run depend on.
std::string identity_of(Trainable& network, const ImageSet& images, const TrainConfig& config) {
  return text(exact_text(config), " data=", content_digest(images), " start=", weights_sha256(network),
              " answers=", logits_digest(network, images));
}

// Weights under which every class that has images counts alike, and all of them together as many as there are.
std::vector<float> class_weights_of(const ImageSet& images) {
  std::vector<int64_t> counts(static_cast<size_t>(images.classes()));
  for (const int label : images.labels) ++counts[static_cast<size_t>(label)];
  const auto present = counts.size() - static_cast<size_t>(std::count(counts.begin(), counts.end(), 0));
  std::vector<float> weights;
  for (const int64_t count : counts)
    weights.push_back(count == 0 ? 0.0f
                                 : static_cast<float>(static_cast<double>(images.count()) /
                                                      (static_cast<double>(present) * static_cast<double>(count))));
  return weights;
}

// One pass over the data, and what it measured.
class EpochRun {
 public:
  EpochRun(Trainable& network, SgdOptimizer& optimizer, const ImageSet& images, const TrainConfig& config,
           const TrainHooks& hooks)
      : network_(network), optimizer_(optimizer), images_(images), config_(config), hooks_(hooks) {
    if (config.class_weights) class_weights_ = class_weights_of(images);
  }

  EpochResult run(int epoch, int64_t& total_steps) {
    const Rng rng = Rng(config_.seed).fork("epoch", static_cast<uint64_t>(epoch));
    const auto order = random_order(images_.count(), rng.fork("order"));
    const int position = config_.schedule == ScheduleStep::kBeforeEpoch ? epoch + 1 : epoch;
    EpochResult result{.epoch = epoch,
                       .learning_rate = cosine_rate(double{config_.learning_rate}, position, config_.epochs)};
    const auto steps = static_cast<int>((images_.count() + config_.batch - 1) / config_.batch);
    int64_t seen = 0, correct = 0;
    double loss_sum = 0.0;
    for (int step = 0; step < steps && !reached_limit(total_steps); ++step, ++total_steps) {
      const auto first = static_cast<size_t>(step) * static_cast<size_t>(config_.batch);
      const auto indices =
          std::span(order).subspan(first, std::min(order.size() - first, static_cast<size_t>(config_.batch)));
      const StepResult s = train_step(indices, rng, static_cast<float>(result.learning_rate));
      seen += static_cast<int64_t>(indices.size());
      correct += s.correct;
      loss_sum += s.loss * static_cast<double>(indices.size());
      if (hooks_.on_step)
        hooks_.on_step({.epoch = epoch, .epochs = config_.epochs, .step = step + 1, .steps = steps, .loss = s.loss});
    }
    result.train_loss = loss_sum / static_cast<double>(std::max<int64_t>(seen, 1));
    result.train_accuracy = static_cast<double>(correct) / static_cast<double>(std::max<int64_t>(seen, 1));
    return result;
  }

  bool reached_limit(int64_t total_steps) const { return config_.max_steps > 0 && total_steps >= config_.max_steps; }

 private:
  struct StepResult {
    double loss;
    int64_t correct;
  };

  StepResult train_step(std::span<const int64_t> indices, const Rng& rng, float learning_rate) {
    const TrainingBatch batch = gather(images_, indices, config_.augmentation, network_.zero_byte(), rng);
    Tape tape(Tape::Mode::kRecord);
    const Var logits =
        network_.forward(tape, {batch.pixels.data(), static_cast<int64_t>(indices.size())}, Phase::kTraining);
    const auto predictions = predictions_of(tape.value(logits));
    const Var loss = softmax_cross_entropy(tape, logits, batch.labels, config_.label_smoothing, class_weights_);
    tape.backward(loss);
    optimizer_.step(learning_rate);
    int64_t correct = 0;
    for (size_t i = 0; i < predictions.size(); ++i) correct += predictions[i] == batch.labels[i];
    return {double{tape.value(loss).data()[0]}, correct};
  }

  Trainable& network_;
  SgdOptimizer& optimizer_;
  const ImageSet& images_;
  const TrainConfig& config_;
  const TrainHooks& hooks_;
  std::vector<float> class_weights_;  // empty: all count alike
};

// How the network stands after an epoch, where this epoch is evaluated.
std::optional<Evaluation> measured(Trainable& network, const ImageSet* images, int epoch, const TrainConfig& config,
                                   const TrainHooks& hooks) {
  const bool due = (epoch + 1) % hooks.evaluate_every == 0 || epoch + 1 == config.epochs;
  if (images == nullptr || !due) return std::nullopt;
  return evaluate(network, *images);
}

// The accuracy, or whatever the hooks measure; -1 where there was no evaluation.
double score_of(const std::optional<Evaluation>& evaluation, const TrainHooks& hooks) {
  if (!evaluation) return -1.0;
  return hooks.measure ? hooks.measure(*evaluation) : evaluation->accuracy();
}

void check_data(Trainable& network, const ImageSet& images) {
  if (images.shape != network.spec().input() || images.classes() != network.spec().classes())
    throw ConfigError(text("images of ", to_text(images.shape), " in ", images.classes(),
                           " classes do not fit a network for ", to_text(network.spec().input()), " and ",
                           network.spec().classes(), " classes"));
  if (images.count() == 0) throw ConfigError("there are no images to work on");
}

}  // namespace

TrainResult train(Trainable& network, const ImageSet& images, const ImageSet* evaluation, const TrainConfig& config,
                  const TrainHooks& hooks) {
  validate(config);
  check_data(network, images);
  const int64_t batch = std::min<int64_t>(config.batch, images.count());
  require_memory(training_bytes(network.spec(), batch),
                 text("a training step on ", batch, " images of ", to_text(images.shape)),
                 "take a smaller --batch, smaller images or a smaller network");
  SgdOptimizer optimizer(network.parameters(), config.momentum, config.weight_decay, config.clip_norm);
  TrainResult result;
  int64_t steps = 0;
  const TrainingState state{network, optimizer, result.epochs, steps};
  const std::string identity = hooks.checkpoint.empty() ? "" : identity_of(network, images, config);
  if (!hooks.checkpoint.empty()) load_checkpoint(state, identity, hooks.checkpoint);
  EpochRun run(network, optimizer, images, config, hooks);
  const int first = config.first_epoch + static_cast<int>(result.epochs.size());
  for (int epoch = first; epoch < config.epochs && !run.reached_limit(steps); ++epoch) {
    if (hooks.stop_early && hooks.stop_early(result.epochs)) break;
    if (hooks.before_epoch) hooks.before_epoch(epoch);
    const auto start = Clock::now();
    EpochResult done = run.run(epoch, steps);
    result.last = measured(network, evaluation, epoch, config, hooks);
    done.eval_accuracy = score_of(result.last, hooks);
    done.seconds = seconds_since(start);
    result.epochs.push_back(done);
    if (!hooks.checkpoint.empty()) save_checkpoint(state, identity, hooks.checkpoint);
    if (hooks.on_epoch) hooks.on_epoch(done);
  }
  for (const EpochResult& e : result.epochs) result.seconds += e.seconds;
  return result;
}

int64_t Evaluation::images_of(size_t label) const {
  return std::accumulate(confusion[label].begin(), confusion[label].end(), int64_t{0});
}

double Evaluation::chance() const {
  int64_t most = 0;
  for (size_t label = 0; label < confusion.size(); ++label) most = std::max(most, images_of(label));
  return images == 0 ? 0.0 : static_cast<double>(most) / static_cast<double>(images);
}

double Evaluation::class_accuracy(size_t label) const {
  const int64_t count = images_of(label);
  return count == 0 ? -1.0 : static_cast<double>(confusion[label][label]) / static_cast<double>(count);
}

double Evaluation::balanced_accuracy() const {
  double sum = 0, classes = 0;
  for (size_t label = 0; label < confusion.size(); ++label)
    if (const double accuracy = class_accuracy(label); accuracy >= 0) {
      sum += accuracy;
      ++classes;
    }
  return classes == 0 ? 0.0 : sum / classes;
}

size_t Evaluation::worst_class() const {
  size_t worst = 0;
  for (size_t label = 1; label < confusion.size(); ++label) {
    const double accuracy = class_accuracy(label), least = class_accuracy(worst);
    if (accuracy >= 0 && (least < 0 || accuracy < least)) worst = label;
  }
  return worst;
}

std::vector<int> predict(Trainable& network, const ImageSet& images) {
  check_data(network, images);
  constexpr int64_t kBatch = 128;
  std::vector<int> predictions;
  for (int64_t first = 0; first < images.count(); first += kBatch) {
    Tape tape(Tape::Mode::kForwardOnly);
    const Var logits =
        network.forward(tape, {images.image(first), std::min(kBatch, images.count() - first)}, Phase::kEvaluation);
    const auto some = predictions_of(tape.value(logits));
    predictions.insert(predictions.end(), some.begin(), some.end());
  }
  return predictions;
}

Evaluation evaluate(Trainable& network, const ImageSet& images) { return evaluate(predict(network, images), images); }

Evaluation evaluate(const std::vector<int>& predictions, const ImageSet& images) {
  MN_CHECK(predictions.size() == images.labels.size(), predictions.size(), " predictions for ", images.count(),
           " images");
  const auto classes = static_cast<size_t>(images.classes());
  Evaluation e{.images = images.count(), .confusion = std::vector(classes, std::vector<int64_t>(classes))};
  for (size_t i = 0; i < predictions.size(); ++i) {
    e.correct += predictions[i] == images.labels[i];
    ++e.confusion[static_cast<size_t>(images.labels[i])][static_cast<size_t>(predictions[i])];
  }
  return e;
}

}  // namespace mininas
