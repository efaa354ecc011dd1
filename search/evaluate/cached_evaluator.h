// A cache of outcomes, shared by searches: a file a candidate, named by the digest of everything that determines the
// bits of its training. Only what was trained is kept; an outcome that was found costs no seconds and no images.
#pragma once
#include <filesystem>
#include <string>

#include "search/evaluate/evaluator.h"
#include "search/evaluate/training_evaluator.h"

namespace mininas {

// The part of the key that all candidates of a search share: images, recipe, score, and this program's version of the
// training.
std::string evaluation_key(const SearchData& data, const EvaluationRecipe& recipe);

class CachedEvaluator final : public Evaluator {
 public:
  // `inner` outlives this. The folder is made when something is kept.
  CachedEvaluator(Evaluator& inner, std::filesystem::path folder, std::string key);

  // Throws FormatError where a file of the cache is damaged.
  Outcome evaluate(const Candidate& candidate, int index) override;
  void recorded(int index) override { inner_.recorded(index); }
  void decided(const Candidate& candidate, bool kept) override { inner_.decided(candidate, kept); }
  void finish() override { inner_.finish(); }

  // Where the outcome of `candidate` is kept.
  std::filesystem::path file_of(const Candidate& candidate) const;

 private:
  Evaluator& inner_;
  std::filesystem::path folder_;
  std::string key_;
};

}  // namespace mininas
