#include "search/run/replay.h"

#include "core/error.h"

namespace mininas {
namespace {

std::string described(const Candidate& c) {
  return text(to_text(c.architecture), " (", c.stage, ", ", c.epochs, " epochs)");
}

}  // namespace

std::optional<std::string> difference(const std::optional<Candidate>& asked, const Candidate& recorded) {
  if (!asked) return text("expected candidate ", described(recorded), ", but the search is over");
  if (asked->stage == recorded.stage && asked->architecture == recorded.architecture &&
      asked->epochs == recorded.epochs)
    return std::nullopt;
  return text("expected candidate ", described(recorded), ", but the search asks for ", described(*asked));
}

std::optional<std::string> replay(SearchStrategy& strategy, const std::vector<LoggedTrial>& log, const LoggedTask& task,
                                  const ReplayHooks& hooks) {
  for (const LoggedTrial& logged : log) {
    const auto asked = strategy.ask();
    if (const auto wrong = difference(asked, logged.trial.candidate)) return text("line ", logged.line, ": ", *wrong);
    const int64_t parameters = parameter_count(asked->architecture, task);
    if (parameters != logged.parameters)
      return text("line ", logged.line, ": expected ", logged.parameters, " parameters, but ", described(*asked),
                  " has ", parameters);
    const Decision decision = strategy.tell(logged.trial);
    if (hooks.on_decision) hooks.on_decision(logged, decision);
  }
  if (const auto more = strategy.ask())
    return text("after line ", log.back().line, ": expected the end of the search, but it asks for ", described(*more));
  return std::nullopt;
}

}  // namespace mininas
