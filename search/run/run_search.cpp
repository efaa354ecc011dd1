#include "search/run/run_search.h"

#include "core/error.h"

namespace mininas {

SearchResult run_search(const Method& method, Evaluator& evaluator, const SearchTask& task, Journal& journal,
                        const SearchHooks& hooks) {
  JournalledSession session(task, evaluator, journal, hooks);
  SearchResult result = method.run(session);
  session.finish();
  evaluator.finish();
  if (!result.finals.empty()) return result;
  const std::string last = journal.entries().empty()
                               ? ""
                               : text("; the smallest one tried: ", journal.entries().back().trial.outcome.problem);
  throw ConfigError(text("no network of the search space could be used", last, "; allow more, or take smaller images"));
}

}  // namespace mininas
