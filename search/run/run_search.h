// Runs a search: a method, with a session on a journal and an evaluator.
#pragma once
#include "search/methods/registry.h"
#include "search/run/journalled_session.h"

namespace mininas {

// Runs the search, or continues the one that `journal` records, and returns its result, which has at least one network.
// Throws FormatError if the journal records other events (it belongs to another search), ConfigError if no network of
// the space is within the budget, and Interrupted from the evaluator.
SearchResult run_search(const Method& method, Evaluator& evaluator, const SearchTask& task, Journal& journal,
                        const SearchHooks& hooks = {});

}  // namespace mininas
