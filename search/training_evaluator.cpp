#include "search/training_evaluator.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "search/build.h"

namespace mininas {
namespace {

// Why a candidate with these epochs behind it is hopeless; nullopt where it is not, or where it is too early to tell.
std::optional<std::string> hopeless(const std::vector<EpochResult>& done, const std::vector<double>& rival, double margin, int epochs) {
  const size_t epoch = done.size();
  if (margin <= 0 || epoch == 0 || epoch > rival.size() || 2 * epoch < static_cast<size_t>(epochs)) return std::nullopt;
  const double behind = rival[epoch - 1] - 100.0 * done.back().eval_accuracy;
  if (behind <= margin || static_cast<int>(epoch) == epochs) return std::nullopt;
  return text("given up after epoch ", epoch, " of ", epochs, ", ", std::round(100 * behind) / 100, " points behind");
}

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
  const auto why = [&](const std::vector<EpochResult>& done) { return hopeless(done, candidate.rival, recipe_.give_up, config.epochs); };
  hooks.enough = [&](const std::vector<EpochResult>& done) { return why(done).has_value(); };
  const TrainResult result = train(network, data_.train, &data_.validation, config, hooks);
  Outcome outcome = outcome_of(result, recipe_.score);
  outcome.seed = config.seed;
  outcome.image_epochs = data_.train.count() * static_cast<int64_t>(outcome.curve.size());
  if (const auto given_up = why(result.epochs)) {
    outcome.status = Status::kFailed;
    outcome.problem = *given_up;
  }
  return outcome;
}

void TrainingEvaluator::forget(int index) { std::filesystem::remove(checkpoint(index)); }

std::filesystem::path TrainingEvaluator::checkpoint(int index) const { return folder_ / text("candidate-", index, ".checkpoint"); }

}  // namespace mininas
