// Evaluates a candidate by training it, from scratch or from a warm start (search/evaluate/warm_start.h), on the
// training part of the search's images and scoring it on the validation part. All candidates have the same recipe and
// the same seed, so they differ in their architecture alone.
#pragma once
#include <filesystem>

#include "nn/train/trainer.h"
#include "search/evaluate/evaluator.h"

namespace mininas {

// The epoch whose validation accuracy is the score. The best of many epochs is optimistic; the last one is the accuracy
// of the network that would be used.
enum class Score { kLast, kBest };

struct EvaluationRecipe {
  TrainConfig training;  // `epochs` comes from the candidate; `seed` also initialises the weights
  Score score = Score::kLast;
  bool balanced = false;  // scores are balanced accuracies: every class counts alike
};

class TrainingEvaluator final : public Evaluator {
 public:
  // `data` must outlive the evaluator. `folder` must exist. It receives `candidate-N.checkpoint` and, for warm starts,
  // `branch-DIGEST.network`, the weights of a network at its branch epoch; files that are no longer needed are removed.
  // `hooks.on_step` and `hooks.on_epoch` are called during every training.
  TrainingEvaluator(const SearchData& data, EvaluationRecipe recipe, std::filesystem::path folder, TrainHooks hooks);

  Outcome evaluate(const Candidate& candidate, int index) override;
  void recorded(int index) override;
  void decided(const Candidate& candidate, bool kept) override;
  void finish() override;

 private:
  // A network with freshly initialised weights.
  Network draw(const Architecture& architecture) const;
  // Makes sure that the weights of the first ancestor at the branch epoch exist. If its outcome came from the cache
  // they do not, and it is trained again up to that epoch. Returns the result of that training.
  TrainResult provide_branch(const Candidate& candidate) const;
  // The initial network of a candidate with ancestors.
  Network warm_start(const Candidate& candidate) const;

  std::filesystem::path checkpoint(int index) const;
  // The name depends on everything that distinguishes branches of a search. `ending`: "network" or "checkpoint".
  std::filesystem::path branch_file(const Architecture& architecture, const Candidate& candidate,
                                    const std::string& ending) const;
  void remove_branches(const std::filesystem::path& except) const;

  const SearchData& data_;
  EvaluationRecipe recipe_;
  std::filesystem::path folder_;
  TrainHooks hooks_;
  PixelScale pixels_;
};

}  // namespace mininas
