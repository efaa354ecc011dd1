#include "search/evaluate/cached_evaluator.h"

#include <optional>

#include "core/error.h"
#include "core/io/file.h"
#include "core/io/sha256.h"
#include "search/evaluate/outcome_record.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

// Increase this with every change of the training's bits or of the fields of an outcome. Older outcomes are then
// ignored.
constexpr int kTrainingVersion = 4;

// Nothing where there is no such file, or one that is damaged: it is then written anew.
std::optional<Outcome> outcome_in(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  try {
    return outcome_from(read_record(file));
  } catch (const FormatError&) {
    return std::nullopt;
  }
}

}  // namespace

std::string evaluation_key(const std::vector<SearchData>& folds, const EvaluationRecipe& recipe) {
  std::string images;
  for (const SearchData& fold : folds)
    images += text(" train ", content_digest(fold.train), " validation ", content_digest(fold.validation));
  return text("training ", kTrainingVersion, images, " recipe ", exact_text(recipe.training), " score ",
              static_cast<int>(recipe.score), recipe.balanced ? " balanced" : "");
}

CachedEvaluator::CachedEvaluator(Evaluator& inner, std::filesystem::path folder, std::string key)
    : inner_(inner), folder_(std::move(folder)), key_(std::move(key)) {
  remove_leftovers(folder_);
}

std::filesystem::path CachedEvaluator::file_of(const Candidate& candidate) const {
  const std::string all = key_ + " candidate " + candidate_key(candidate);
  return folder_ / (sha256_hex(std::as_bytes(std::span(all))) + ".json");
}

Outcome CachedEvaluator::evaluate(const Candidate& candidate, int index) {
  const auto file = file_of(candidate);
  if (auto known = outcome_in(file)) {
    known->from_journal = true;
    known->seconds = 0;
    known->image_epochs = 0;
    return *known;
  }
  Outcome outcome = inner_.evaluate(candidate, index);
  make_writable_folder(folder_);
  Record record;
  set_outcome(record, outcome);
  write_record(file, record);
  return outcome;
}

}  // namespace mininas
