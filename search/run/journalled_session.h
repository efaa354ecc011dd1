// JournalledSession: the session of a real search. Outcomes come from the journal, the budget and the evaluator.
//
// When a method is called again (after a kill, or to show the result of a finished search), it gets the recorded events
// one by one: the same candidates get the same outcomes, and the time limit is reached at the same moment. If the
// method evaluates or decides anything that differs from the journal, this is an error that names the line. After the
// last recorded event its candidates are new: they are trained and appended to the journal as soon as their outcomes
// are known.
#pragma once
#include <functional>

#include "search/evaluate/evaluator.h"
#include "search/methods/session.h"
#include "search/run/journal.h"

namespace mininas {

// What is searched for, and the limits of the search.
struct SearchTask {
  Task task;
  uint64_t seed = 0;
  std::function<Cost(const Architecture&)> cost;
  Budget budget;
  double max_seconds = 0;  // of candidate training; 0: no limit
};

struct SearchHooks {
  // Called before a candidate is evaluated; `left`: at most this many more will follow.
  std::function<void(const Candidate&, const Cost&, int index, int left)> on_candidate;
  std::function<void(const JournalEntry&)> on_decision;  // not for decisions that were already in the journal
};

class JournalledSession final : public Session {
 public:
  // All arguments must outlive this object.
  JournalledSession(const SearchTask& task, Evaluator& evaluator, Journal& journal, const SearchHooks& hooks);

  std::vector<Trial> evaluate(std::span<const Candidate> candidates) override;
  void decide(const Trial& trial, bool kept, const std::string& why) override;
  const Task& task() const override { return task_.task; }
  Cost cost(const Architecture& architecture) const override { return task_.cost(architecture); }
  std::optional<std::string> over_budget(const Cost& cost) const override { return why_over(task_.budget, cost); }
  Rng rng(const std::string& purpose) const override;
  bool time_is_up(int epochs) override;
  void expect(int candidates) override { expected_ = candidates; }

  // To be called when the method has returned: writes the end, or checks that the journal has the same one.
  void finish();

 private:
  bool replaying() const { return next_ < journal_.events().size(); }
  // Throws: the journal's next event differs from what the method does.
  [[noreturn]] void fail(const std::string& what) const;
  Trial replay_candidate(const Candidate& candidate);
  void replay_decision(const Trial& trial, bool kept);
  Trial evaluate_new(const Candidate& candidate);
  Outcome outcome_of(const Candidate& candidate, const Cost& cost, int index);

  const SearchTask& task_;
  Evaluator& evaluator_;
  Journal& journal_;
  const SearchHooks& hooks_;
  size_t next_ = 0;                   // index of the next event in the journal
  int evaluated_ = 0, expected_ = 0;  // numbers of candidates
  double seconds_ = 0, epochs_ = 0;   // of the candidates that were trained
  bool time_is_up_ = false;
};

}  // namespace mininas
