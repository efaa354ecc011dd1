#include "search/evaluate/folded_evaluator.h"

#include <algorithm>

#include "core/error.h"
#include "core/io/file.h"
#include "search/methods/paired_error.h"

namespace mininas {
namespace {

// One training after the other as one long one, for the progress display.
TrainHooks hooks_of(const TrainHooks& hooks, int fold, int folds) {
  TrainHooks own = hooks;
  if (hooks.on_step)
    own.on_step = [on_step = hooks.on_step, fold, folds](TrainProgress p) {
      p.epoch += fold * p.epochs;
      p.epochs *= folds;
      on_step(p);
    };
  return own;
}

}  // namespace

FoldedEvaluator::FoldedEvaluator(const std::vector<SearchData>& folds, const EvaluationRecipe& recipe,
                                 const std::filesystem::path& folder, const TrainHooks& hooks)
    : folds_(folds), balanced_(recipe.balanced) {
  const auto count = static_cast<int>(folds.size());
  for (int fold = 0; fold < count; ++fold) {
    folders_.push_back(folder / text("fold-", fold));
    make_writable_folder(folders_.back());
    trainers_.push_back(std::make_unique<TrainingEvaluator>(folds[static_cast<size_t>(fold)], recipe, folders_.back(),
                                                            hooks_of(hooks, fold, count)));
  }
}

// A training that was interrupted, and those before it, go on from their checkpoints.
Outcome FoldedEvaluator::evaluate(const Candidate& candidate, int index) {
  std::vector<Outcome> outcomes;
  for (const auto& trainer : trainers_) {
    outcomes.push_back(trainer->evaluate(candidate, index));
    if (outcomes.back().status == Status::kFailed) break;
  }
  return joined(outcomes);
}

// A curve is the mean over the images; so is an accuracy, but not a balanced one.
Outcome FoldedEvaluator::joined(const std::vector<Outcome>& outcomes) const {
  Outcome all = outcomes.back();  // the status and the seed
  all.curve.assign(all.curve.size(), 0.0);
  all.best_train = all.seconds = 0;
  all.image_epochs = 0;
  const std::vector<int> labels = scored_labels(folds_);
  std::vector<bool> correct;
  for (size_t fold = 0; fold < outcomes.size(); ++fold) {
    const Outcome& one = outcomes[fold];
    const auto images = static_cast<size_t>(folds_[fold].validation.count());
    const double share = static_cast<double>(images) / static_cast<double>(labels.size());
    for (size_t e = 0; e < all.curve.size(); ++e) all.curve[e] += share * one.curve[e];
    all.best_train += share * one.best_train;
    all.seconds += one.seconds;
    all.image_epochs += one.image_epochs;
    if (all.status != Status::kOk) continue;
    const std::vector<bool> its = unpack_correct(one.correct, images);
    correct.insert(correct.end(), its.begin(), its.end());
  }
  if (all.status != Status::kOk) return all;
  all.correct = pack_correct(correct);
  const auto right = static_cast<double>(std::count(correct.begin(), correct.end(), true));
  all.score = balanced_ ? balanced_score(correct, labels) : 100.0 * right / static_cast<double>(correct.size());
  return all;
}

void FoldedEvaluator::recorded(int index) {
  for (const auto& trainer : trainers_) trainer->recorded(index);
}

void FoldedEvaluator::decided(const Candidate& candidate, bool kept) {
  for (const auto& trainer : trainers_) trainer->decided(candidate, kept);
}

void FoldedEvaluator::finish() {
  for (const auto& folder : folders_) std::filesystem::remove_all(folder);
}

std::vector<int> scored_labels(const std::vector<SearchData>& folds) {
  std::vector<int> labels;
  for (const SearchData& fold : folds)
    labels.insert(labels.end(), fold.validation.labels.begin(), fold.validation.labels.end());
  return labels;
}

}  // namespace mininas
