// Replay: drives a strategy with the accuracies of a recorded search in place of training, and checks that it asks for
// the same candidates in the same order, with the same epochs and parameter counts, and ends where the record ends.
#pragma once
#include <functional>
#include <optional>

#include "search/run/published_log.h"

namespace mininas {

// What is wrong with `asked` against what is recorded, as a sentence with both; nullopt where they agree. `asked` is
// empty where the search is over.
std::optional<std::string> difference(const std::optional<Candidate>& asked, const Candidate& recorded);

struct ReplayHooks {
  std::function<void(const LoggedTrial&, const Decision&)> on_decision;
};

// The first difference, with the line of the log, what it expects and what was asked; nullopt where there is none.
std::optional<std::string> replay(SearchStrategy& strategy, const std::vector<LoggedTrial>& log, const LoggedTask& task,
                                  const ReplayHooks& hooks = {});

}  // namespace mininas
