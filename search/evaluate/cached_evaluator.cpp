#include "search/evaluate/cached_evaluator.h"

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

}  // namespace

std::string evaluation_key(const SearchData& data, const EvaluationRecipe& recipe) {
  return text("training ", kTrainingVersion, " train ", content_digest(data.train), " validation ",
              content_digest(data.validation), " recipe ", exact_text(recipe.training), " score ",
              static_cast<int>(recipe.score));
}

CachedEvaluator::CachedEvaluator(Evaluator& inner, std::filesystem::path folder, std::string key)
    : inner_(inner), folder_(std::move(folder)), key_(std::move(key)) {}

std::filesystem::path CachedEvaluator::file_of(const Candidate& candidate) const {
  const std::string all = key_ + " candidate " + candidate_key(candidate);
  return folder_ / (sha256_hex(std::as_bytes(std::span(all))) + ".json");
}

Outcome CachedEvaluator::evaluate(const Candidate& candidate, int index) {
  const auto file = file_of(candidate);
  if (std::filesystem::exists(file)) {
    Outcome known = outcome_from(read_record(file, "remove it"));
    known.from_journal = true;
    known.seconds = 0;
    known.image_epochs = 0;
    return known;
  }
  const Outcome outcome = inner_.evaluate(candidate, index);
  make_writable_folder(folder_);
  Record record;
  set_outcome(record, outcome);
  write_record(file, record);
  return outcome;
}

}  // namespace mininas
