#include "search/evaluate/training_evaluator.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/io/sha256.h"
#include "core/memory.h"
#include "nn/weights/model_file.h"
#include "search/evaluate/warm_start.h"
#include "search/methods/paired_error.h"
#include "search/space/build.h"

namespace mininas {
namespace {

constexpr const char* kBranchPrefix = "branch-";

Outcome outcome_of(const TrainResult& result, Score score) {
  Outcome outcome;
  outcome.seconds = result.seconds;
  for (const EpochResult& epoch : result.epochs) {
    outcome.curve.push_back(100.0 * epoch.eval_accuracy);
    outcome.best_train = std::max(outcome.best_train, 100.0 * epoch.train_accuracy);
    if (!std::isfinite(epoch.train_loss)) outcome.status = Status::kFailed;
  }
  if (outcome.status == Status::kFailed)
    outcome.problem = "training diverged";
  else
    outcome.score =
        score == Score::kLast ? outcome.curve.back() : *std::max_element(outcome.curve.begin(), outcome.curve.end());
  return outcome;
}

std::vector<bool> correct_images(Network& network, const ImageSet& images) {
  const std::vector<int> predictions = predict(network, images);
  std::vector<bool> correct;
  for (size_t i = 0; i < predictions.size(); ++i) correct.push_back(predictions[i] == images.labels[i]);
  return correct;
}

}  // namespace

TrainingEvaluator::TrainingEvaluator(const SearchData& data, EvaluationRecipe recipe, std::filesystem::path folder,
                                     TrainHooks hooks)
    : data_(data),
      recipe_(recipe),
      folder_(std::move(folder)),
      hooks_(std::move(hooks)),
      pixels_(measure_pixel_scale(data.train)) {}

Outcome TrainingEvaluator::evaluate(const Candidate& candidate, int index) {
  trim_memory();  // the buffers of the previous candidate have other sizes
  TrainConfig config = recipe_.training;
  config.epochs = candidate.epochs;
  if (!candidate.ancestors.empty()) config.first_epoch = candidate.branch_epoch;
  const TrainResult before = candidate.ancestors.empty() ? TrainResult{} : provide_branch(candidate);
  Network network = candidate.ancestors.empty() ? draw(candidate.architecture) : warm_start(candidate);
  TrainHooks hooks = hooks_;
  hooks.checkpoint = checkpoint(index);
  if (recipe_.balanced) hooks.measure = [](const Evaluation& e) { return e.balanced_accuracy(); };
  if (candidate.ancestors.empty() && candidate.branch_epoch > 0)
    hooks.before_epoch = [&](int epoch) {
      if (epoch == candidate.branch_epoch)
        save_network(network, data_.train.class_names, branch_file(candidate.architecture, candidate, "network"));
    };
  const TrainResult result = train(network, data_.train, &data_.validation, config, hooks);
  Outcome outcome = outcome_of(result, recipe_.score);
  outcome.seed = config.seed;
  outcome.seconds += before.seconds;
  outcome.image_epochs = data_.train.count() * static_cast<int64_t>(outcome.curve.size() + before.epochs.size());
  if (recipe_.score == Score::kLast && outcome.status == Status::kOk)
    outcome.correct = pack_correct(correct_images(network, data_.validation));
  return outcome;
}

Network TrainingEvaluator::draw(const Architecture& architecture) const {
  return Network(build_network_spec(architecture, data_.train.shape, data_.train.classes()), pixels_,
                 Rng(recipe_.training.seed).fork("weights"));
}

Network TrainingEvaluator::warm_start(const Candidate& candidate) const {
  constexpr int64_t kStatisticsImages = 256;
  const ImageSet images = draw_images(data_.train, kStatisticsImages, recipe_.training.seed);
  std::vector<Architecture> line = candidate.ancestors;
  line.push_back(candidate.architecture);
  Network network = load_network(branch_file(line.front(), candidate, "network")).network;
  for (size_t i = 1; i < line.size(); ++i) {
    Network child = draw(line[i]);
    inherit_weights(child, line[i], network, line[i - 1], images);
    network = std::move(child);
  }
  return network;
}

TrainResult TrainingEvaluator::provide_branch(const Candidate& candidate) const {
  const Architecture& first = candidate.ancestors.front();
  const auto file = branch_file(first, candidate, "network");
  if (std::filesystem::exists(file)) return {};
  TrainConfig config = recipe_.training;
  config.epochs = candidate.epochs;
  TrainHooks hooks = hooks_;
  hooks.checkpoint = branch_file(first, candidate, "checkpoint");
  hooks.stop_early = [&](const std::vector<EpochResult>& done) {
    return static_cast<int>(done.size()) == candidate.branch_epoch;
  };
  Network network = draw(first);
  TrainResult result = train(network, data_.train, nullptr, config, hooks);
  save_network(network, data_.train.class_names, file);
  std::filesystem::remove(hooks.checkpoint);
  return result;
}

void TrainingEvaluator::recorded(int index) { std::filesystem::remove(checkpoint(index)); }

void TrainingEvaluator::decided(const Candidate& candidate, bool kept) {
  if (!candidate.ancestors.empty() || candidate.branch_epoch == 0) return;
  const auto own = branch_file(candidate.architecture, candidate, "network");
  if (kept)
    remove_branches(own);
  else
    std::filesystem::remove(own);
}

void TrainingEvaluator::finish() { remove_branches({}); }

std::filesystem::path TrainingEvaluator::branch_file(const Architecture& architecture, const Candidate& candidate,
                                                     const std::string& ending) const {
  const std::string which = text(to_text(architecture), " ", candidate.epochs, " ", candidate.branch_epoch);
  return folder_ / text(kBranchPrefix, sha256_hex(std::as_bytes(std::span(which))).substr(0, 16), ".", ending);
}

void TrainingEvaluator::remove_branches(const std::filesystem::path& except) const {
  std::vector<std::filesystem::path> old;
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    if (entry.path() != except && entry.path().filename().string().starts_with(kBranchPrefix))
      old.push_back(entry.path());
  for (const auto& path : old) std::filesystem::remove(path);
}

std::filesystem::path TrainingEvaluator::checkpoint(int index) const {
  return folder_ / text("candidate-", index, ".checkpoint");
}

}  // namespace mininas
