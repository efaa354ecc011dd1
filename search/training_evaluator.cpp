#include "search/training_evaluator.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "search/build.h"

namespace mininas {
namespace {

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
    outcome.score = score == Score::kLast ? outcome.curve.back() : *std::max_element(outcome.curve.begin(), outcome.curve.end());
  return outcome;
}

}  // namespace

TrainingEvaluator::TrainingEvaluator(const SearchData& data, EvaluationRecipe recipe, std::filesystem::path folder, TrainHooks hooks)
    : data_(data), recipe_(recipe), folder_(std::move(folder)), hooks_(std::move(hooks)), pixels_(measure_pixel_scale(data.train)) {}

Outcome TrainingEvaluator::evaluate(const Candidate& candidate, int index) {
  TrainConfig config = recipe_.training;
  config.epochs = candidate.epochs;
  Network network(build_network_spec(candidate.architecture, data_.train.shape, data_.train.classes()), pixels_,
                  Rng(config.seed).fork("weights"));
  TrainHooks hooks = hooks_;
  hooks.checkpoint = checkpoint(index);
  Outcome outcome = outcome_of(train(network, data_.train, &data_.validation, config, hooks), recipe_.score);
  outcome.seed = config.seed;
  return outcome;
}

void TrainingEvaluator::forget(int index) { std::filesystem::remove(checkpoint(index)); }

std::filesystem::path TrainingEvaluator::checkpoint(int index) const { return folder_ / text("candidate-", index, ".checkpoint"); }

}  // namespace mininas
