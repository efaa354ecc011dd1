// Scores a candidate on every image of a small data set: it is trained once for each of several parts of the images, on
// all others, and classifies the images of that part (cross-validation). One outcome comes of it: the score over all
// images, curves and seconds of all trainings together. What a search cannot tell apart on 24 images, it may on 240.
#pragma once
#include <memory>
#include <vector>

#include "search/evaluate/training_evaluator.h"

namespace mininas {

class FoldedEvaluator final : public Evaluator {
 public:
  // `folds` (datasets/folds.h) outlive this. `folder` gets a folder for each of them, in which its trainings are kept
  // as TrainingEvaluator keeps them; they are gone once the search is over.
  FoldedEvaluator(const std::vector<SearchData>& folds, const EvaluationRecipe& recipe,
                  const std::filesystem::path& folder, const TrainHooks& hooks);

  Outcome evaluate(const Candidate& candidate, int index) override;
  void recorded(int index) override;
  void decided(const Candidate& candidate, bool kept) override;
  void finish() override;

 private:
  Outcome joined(const std::vector<Outcome>& outcomes) const;

  const std::vector<SearchData>& folds_;
  const bool balanced_;
  std::vector<std::filesystem::path> folders_;
  std::vector<std::unique_ptr<TrainingEvaluator>> trainers_;
};

// The labels of the validation images of all folds, in the order in which an outcome speaks of them.
std::vector<int> scored_labels(const std::vector<SearchData>& folds);

}  // namespace mininas
