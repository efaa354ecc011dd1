// Runs a search: a method, the session that its journal remembers, and an evaluator.
#pragma once
#include "search/methods/registry.h"
#include "search/run/journalled_session.h"

namespace mininas {

// Runs the search, or goes on with the one that `journal` records, and returns what it finds: at least one network.
// Throws FormatError where the journal records other events than the method makes (it belongs to another search),
// ConfigError where no network of the space keeps within the budget, Interrupted from the evaluator.
Found run_search(const Method& method, Evaluator& evaluator, const SearchTask& task, Journal& journal,
                 const SearchHooks& hooks = {});

}  // namespace mininas
