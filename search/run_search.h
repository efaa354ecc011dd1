// The one search loop: a strategy asks, the budget and the evaluator answer, the journal remembers. Any strategy, any evaluator.
#pragma once
#include <functional>

#include "search/cost.h"
#include "search/evaluator.h"
#include "search/journal.h"
#include "search/strategy.h"

namespace mininas {

struct SearchTask {
  std::function<Cost(const Architecture&)> cost;
  Budget budget;
  double max_seconds = 0;  // of candidate training: none is begun once so many have been spent; 0: no limit
};

struct SearchHooks {
  std::function<void(const Candidate&, const Cost&, int index)> on_candidate;  // before it is evaluated
  std::function<void(const JournalEntry&, int index)> on_decision;             // not for entries that were in the journal already
};

// Runs the search, or goes on with the one that `journal` records, and returns the network it ends with.
// The time limit counts the seconds in the journal, and the moment it ended the search is recorded there: a search that was killed and
// resumed ends at the same candidate as the journal says.
// Throws FormatError where the journal records other candidates than the strategy asks for (it belongs to another search), ConfigError
// where no network of the space keeps within the budget, Interrupted from the evaluator.
Trial run_search(SearchStrategy& strategy, Evaluator& evaluator, const SearchTask& task, Journal& journal, const SearchHooks& hooks = {});

}  // namespace mininas
