// The one search loop: a strategy asks, the budget and the evaluator answer, the journal remembers. Any strategy, any
// evaluator.
#pragma once
#include <functional>

#include "search/cost/cost.h"
#include "search/evaluate/evaluator.h"
#include "search/methods/strategy.h"
#include "search/run/journal.h"

namespace mininas {

struct SearchTask {
  std::function<Cost(const Architecture&)> cost;
  Budget budget;
  // Of candidate training; 0: no limit. Once so many are spent, or as many as are left are needed for what the strategy
  // concludes with, it is told to conclude.
  double max_seconds = 0;
};

struct SearchHooks {
  std::function<void(const Candidate&, const Cost&, int index)> on_candidate;  // before it is evaluated
  std::function<void(const JournalEntry&, int index)> on_decision;  // not for entries that were in the journal already
};

// Runs the search, or goes on with the one that `journal` records, and returns the network it ends with.
// The time limit counts the seconds in the journal, and what concluding takes is reckoned from these: a search that was
// killed and resumed concludes at the same candidate. One that has ended remains so.
// Throws FormatError where the journal records other candidates than the strategy asks for (it belongs to another
// search), ConfigError where no network of the space keeps within the budget, Interrupted from the evaluator.
Trial run_search(SearchStrategy& strategy, Evaluator& evaluator, const SearchTask& task, Journal& journal,
                 const SearchHooks& hooks = {});

}  // namespace mininas
