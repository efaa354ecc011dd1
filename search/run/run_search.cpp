#include "search/run/run_search.h"

#include "core/error.h"
#include "search/run/replay.h"

namespace mininas {
namespace {

// Asks the strategy and watches the clock.
class Interview {
 public:
  Interview(SearchStrategy& strategy, double max_seconds) : strategy_(strategy), max_seconds_(max_seconds) {}

  std::optional<Candidate> ask() {
    if (max_seconds_ > 0 && seconds_ + seconds_to_conclude() >= max_seconds_ && strategy_.conclude()) cut_short_ = true;
    return strategy_.ask();
  }

  Decision tell(const Trial& trial) {
    seconds_ += trial.outcome.seconds;
    if (trial.outcome.seconds > 0) epochs_ += static_cast<double>(trial.outcome.curve.size());
    return strategy_.tell(trial);
  }

  // Whether the clock kept back questions.
  bool cut_short() const { return cut_short_; }

 private:
  // An epoch takes what it took on average so far.
  double seconds_to_conclude() const { return epochs_ > 0 ? strategy_.concluding_epochs() * seconds_ / epochs_ : 0; }

  SearchStrategy& strategy_;
  const double max_seconds_;
  double seconds_ = 0, epochs_ = 0;  // of the candidates that were trained
  bool cut_short_ = false;
};

// Leads the strategy through what the journal records.
void catch_up(Interview& interview, const Journal& journal) {
  for (size_t i = 0; i < journal.entries().size(); ++i) {
    const Candidate& recorded = journal.entries()[i].trial.candidate;
    if (const auto wrong = difference(interview.ask(), recorded))
      throw FormatError(text(journal.place(i), ": ", *wrong, "; the journal belongs to another search"));
    interview.tell(journal.entries()[i].trial);
  }
}

Outcome answer(const Candidate& candidate, const Cost& cost, const SearchTask& task, Evaluator& evaluator,
               const Journal& journal, int index) {
  if (const auto why = why_over(task.budget, cost)) {
    Outcome outcome;
    outcome.status = Status::kInfeasible;
    outcome.problem = *why;
    return outcome;
  }
  if (auto known = journal.find(candidate)) {
    known->from_journal = true;
    known->seconds = 0;
    known->image_epochs = 0;
    return *known;
  }
  return evaluator.evaluate(candidate, index);
}

}  // namespace

Trial run_search(SearchStrategy& strategy, Evaluator& evaluator, const SearchTask& task, Journal& journal,
                 const SearchHooks& hooks) {
  Interview interview(strategy, task.max_seconds);
  catch_up(interview, journal);
  while (!journal.end()) {
    const auto candidate = interview.ask();
    if (!candidate) {
      journal.append_end(interview.cut_short() ? "time limit" : "finished");
      break;
    }
    const int index = static_cast<int>(journal.entries().size());
    JournalEntry entry;
    entry.cost = task.cost(candidate->architecture);
    if (hooks.on_candidate) hooks.on_candidate(*candidate, entry.cost, index);
    entry.trial = {*candidate, answer(*candidate, entry.cost, task, evaluator, journal, index)};
    entry.decision = interview.tell(entry.trial);
    journal.append(entry);
    evaluator.settle(*candidate, index, entry.decision.accepted);
    if (hooks.on_decision) hooks.on_decision(entry, index);
  }
  evaluator.finish();
  const auto best = strategy.best();
  if (!best) {
    const std::string last = journal.entries().empty() ? ""
                                                       : text("; the smallest one asked for: ",
                                                              journal.entries().back().trial.outcome.problem);
    throw ConfigError(
        text("no network of the search space could be used", last, "; allow more, or take smaller images"));
  }
  return *best;
}

}  // namespace mininas
