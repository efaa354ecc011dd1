// The session of a real search: outcomes come from the journal, the budget and the evaluator.
//
// A method that is called again (after a kill, or to see how a finished search ended) gets what the journal recorded,
// event by event, as long as there are any: the same candidates get the same outcomes, and the time is up at the same
// moment. Whatever it asks or decides otherwise than recorded is an error that names the line. Behind the last recorded
// event its candidates are new: they are trained, and appended as soon as their outcomes are known.
#pragma once
#include <functional>

#include "search/evaluate/evaluator.h"
#include "search/methods/session.h"
#include "search/run/journal.h"

namespace mininas {

// What is searched for, and within which limits.
struct SearchTask {
  Task task;
  uint64_t seed = 0;
  std::function<Cost(const Architecture&)> cost;
  Budget budget;
  double max_seconds = 0;  // of candidate training; 0: no limit
};

struct SearchHooks {
  // Before it is evaluated; `left`: at most so many more will follow.
  std::function<void(const Candidate&, const Cost&, int index, int left)> on_candidate;
  std::function<void(const JournalEntry&)> on_decision;  // not for decisions that were in the journal already
};

class JournalledSession final : public Session {
 public:
  // All outlive this.
  JournalledSession(const SearchTask& task, Evaluator& evaluator, Journal& journal, const SearchHooks& hooks);

  std::vector<Trial> evaluate(std::span<const Candidate> candidates) override;
  void decide(const Trial& trial, bool kept, const std::string& why) override;
  const Task& task() const override { return task_.task; }
  Cost cost(const Architecture& architecture) const override { return task_.cost(architecture); }
  std::optional<std::string> over_budget(const Cost& cost) const override { return why_over(task_.budget, cost); }
  Rng rng(const std::string& purpose) const override;
  bool time_is_up(int epochs) override;
  void expect(int candidates) override { expected_ = candidates; }

  // The method has returned: writes the end, or proves that the journal has the same one.
  void finish();

 private:
  bool replaying() const { return next_ < journal_.events().size(); }
  // The journal's next event is not what happens.
  [[noreturn]] void fail(const std::string& what) const;
  Trial recall(const Candidate& candidate);
  void recall_decision(const Trial& trial, bool kept);
  Trial evaluate_anew(const Candidate& candidate);
  Outcome outcome_of(const Candidate& candidate, const Cost& cost, int index);

  const SearchTask& task_;
  Evaluator& evaluator_;
  Journal& journal_;
  const SearchHooks& hooks_;
  size_t next_ = 0;                  // event of the journal
  int asked_ = 0, expected_ = 0;     // candidates
  double seconds_ = 0, epochs_ = 0;  // of the candidates that were trained
  bool time_is_up_ = false;
};

}  // namespace mininas
