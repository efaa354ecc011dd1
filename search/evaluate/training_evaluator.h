// Evaluates candidates by training them, from scratch or from a warm start (search/evaluate/warm_start.h), on the
// training part of the search's images, and scores them on the validation part. Every candidate gets the same recipe
// and the same seed, so
// that two candidates differ by nothing but their architecture.
#pragma once
#include <filesystem>

#include "nn/train/trainer.h"
#include "search/evaluate/evaluator.h"

namespace mininas {

// Which epoch's validation accuracy is the score. The best of many epochs is optimistic; the last is what a network is
// used with.
enum class Score { kLast, kBest };

struct EvaluationRecipe {
  TrainConfig training;  // `epochs` comes from the candidate; `seed` also draws the weights
  Score score = Score::kLast;
};

class TrainingEvaluator final : public Evaluator {
 public:
  // `data` outlives the evaluator. `folder` receives `candidate-N.checkpoint` and, for warm starts,
  // `branch-DIGEST.network`, the weights of a network at its branch epoch; what is not needed any more is removed. It exists.
  // `hooks`: on_step and on_epoch are passed on to every training.
  TrainingEvaluator(const SearchData& data, EvaluationRecipe recipe, std::filesystem::path folder, TrainHooks hooks);

  Outcome evaluate(const Candidate& candidate, int index) override;
  void recorded(int index) override;
  void decided(const Candidate& candidate, bool kept) override;
  void finish() override;

 private:
  // With its fresh weights.
  Network draw(const Architecture& architecture) const;
  // Makes sure that the first ancestor's weights at the branch epoch are there: where its outcome came from the cache
  // they are not, and it trains until then once more. Returns what that took.
  TrainResult provide_branch(const Candidate& candidate) const;
  // What a candidate with ancestors begins with.
  Network warm_start(const Candidate& candidate) const;

  std::filesystem::path checkpoint(int index) const;
  // Named by all that tells one branch of a search from another; `ending`: "network", "checkpoint".
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
