#include "search/evaluate/outcome_record.h"

namespace mininas {
namespace {

const std::vector<std::string>& status_names() {
  static const std::vector<std::string> names = {"ok", "infeasible", "failed"};
  return names;
}

}  // namespace

void set_outcome(Record& record, const Outcome& outcome) {
  record.set("seed", outcome.seed);
  record.set("status", status_names()[static_cast<size_t>(outcome.status)]).set("problem", outcome.problem);
  record.set("score", outcome.score).set("best_train", outcome.best_train).set("curve", outcome.curve);
  record.set("image_epochs", outcome.image_epochs);
  if (!outcome.correct.empty()) record.set("correct", outcome.correct);
  record.set("seconds", outcome.seconds).set("from_journal", outcome.from_journal);
}

Outcome outcome_from(const Record& record) {
  Outcome outcome;
  outcome.status = static_cast<Status>(record.choice("status", status_names()));
  outcome.problem = record.string("problem");
  outcome.score = record.number("score");
  outcome.best_train = record.number("best_train");
  outcome.curve = record.numbers("curve");
  outcome.image_epochs = record.integer64("image_epochs");
  outcome.seconds = record.number("seconds");
  outcome.seed = record.unsigned64("seed");
  outcome.from_journal = record.boolean("from_journal");
  if (record.has("correct")) outcome.correct = record.string("correct");
  return outcome;
}

}  // namespace mininas
