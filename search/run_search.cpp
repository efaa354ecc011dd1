#include "search/run_search.h"

#include "core/error.h"
#include "search/replay.h"

namespace mininas {
namespace {

// Leads the strategy through what the journal records.
void catch_up(SearchStrategy& strategy, const Journal& journal) {
  for (size_t i = 0; i < journal.entries().size(); ++i) {
    const Candidate& recorded = journal.entries()[i].trial.candidate;
    if (const auto wrong = difference(strategy.ask(), recorded))
      throw FormatError(text(journal.place(i), ": ", *wrong, "; the journal belongs to another search"));
    strategy.tell(journal.entries()[i].trial);
  }
}

Outcome answer(const Candidate& candidate, const Cost& cost, const SearchTask& task, Evaluator& evaluator, const Journal& journal,
               int index) {
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

Trial run_search(SearchStrategy& strategy, Evaluator& evaluator, const SearchTask& task, Journal& journal, const SearchHooks& hooks) {
  catch_up(strategy, journal);
  while (!journal.end()) {
    if (task.max_seconds > 0 && journal.seconds() >= task.max_seconds && strategy.best()) {
      journal.append_end("time limit");
      break;
    }
    const auto candidate = strategy.ask();
    if (!candidate) {
      journal.append_end("finished");
      break;
    }
    const int index = static_cast<int>(journal.entries().size());
    JournalEntry entry;
    entry.cost = task.cost(candidate->architecture);
    if (hooks.on_candidate) hooks.on_candidate(*candidate, entry.cost, index);
    entry.trial = {*candidate, answer(*candidate, entry.cost, task, evaluator, journal, index)};
    entry.decision = strategy.tell(entry.trial);
    journal.append(entry);
    evaluator.settle(*candidate, index, entry.decision.accepted);
    if (hooks.on_decision) hooks.on_decision(entry, index);
  }
  evaluator.finish();
  const auto best = strategy.best();
  if (!best) {
    const std::string last =
        journal.entries().empty() ? "" : text("; the smallest one asked for: ", journal.entries().back().trial.outcome.problem);
    throw ConfigError(text("no network of the search space could be used", last, "; allow more, or take smaller images"));
  }
  return *best;
}

}  // namespace mininas
