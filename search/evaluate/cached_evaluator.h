// A cache of outcomes that several searches share. Each outcome is one file, named by the digest of everything that the
// bits of its training depend on. Only outcomes of trainings are stored. An outcome from the cache counts no seconds
// and no images.
#pragma once
#include <filesystem>
#include <string>

#include "search/evaluate/evaluator.h"
#include "search/evaluate/training_evaluator.h"

namespace mininas {

// The part of the key that all candidates of a search share: images, recipe, score, and the version of this program's
// training code.
std::string evaluation_key(const std::vector<SearchData>& folds, const EvaluationRecipe& recipe);

class CachedEvaluator final : public Evaluator {
 public:
  // `inner` must outlive this object. The folder is created when the first outcome is stored; if it exists, what killed
  // processes left in it is removed.
  CachedEvaluator(Evaluator& inner, std::filesystem::path folder, std::string key);

  // A damaged file of the cache counts as missing.
  Outcome evaluate(const Candidate& candidate, int index) override;
  void recorded(int index) override { inner_.recorded(index); }
  void decided(const Candidate& candidate, bool kept) override { inner_.decided(candidate, kept); }
  void finish() override { inner_.finish(); }

  // The file that stores the outcome of `candidate`.
  std::filesystem::path file_of(const Candidate& candidate) const;

 private:
  Evaluator& inner_;
  std::filesystem::path folder_;
  std::string key_;
};

}  // namespace mininas
