// Evaluates candidates by training them from scratch, on the training part of the search's images, and scores them on the validation part.
// Every candidate gets the same recipe and the same seed, so that two candidates differ by nothing but their architecture.
#pragma once
#include <filesystem>

#include "nn/trainer.h"
#include "search/evaluator.h"

namespace mininas {

// Which epoch's validation accuracy is the score. The best of many epochs is optimistic; the last is what a network is used with.
enum class Score { kLast, kBest };

struct EvaluationRecipe {
  TrainConfig training;  // `epochs` comes from the candidate; `seed` also draws the weights
  Score score = Score::kLast;
  // From the middle of its epochs on, a candidate that is so many points behind its rival at the same epoch is given up; 0: never.
  double give_up = 0;
};

class TrainingEvaluator final : public Evaluator {
 public:
  // `data` outlives the evaluator. `folder` receives `candidate-N.checkpoint`, which is removed by `forget`; it exists.
  // `hooks`: on_step and on_epoch are passed on to every training.
  TrainingEvaluator(const SearchData& data, EvaluationRecipe recipe, std::filesystem::path folder, TrainHooks hooks);

  Outcome evaluate(const Candidate& candidate, int index) override;
  // The candidate's result is in the journal: its checkpoint has served.
  void forget(int index) override;

 private:
  std::filesystem::path checkpoint(int index) const;

  const SearchData& data_;
  EvaluationRecipe recipe_;
  std::filesystem::path folder_;
  TrainHooks hooks_;
  PixelScale pixels_;
};

}  // namespace mininas
