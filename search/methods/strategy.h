// SearchStrategy: decides which architecture to try next, and nothing else. No input or output, no clock, no training:
// whoever drives it (search/run/run_search.h) asks for a candidate, has it evaluated, and tells the result. The same
// answers always lead to the same questions; resuming a search and replaying a published log both rest on that.
#pragma once
#include <optional>

#include "search/methods/candidate.h"

namespace mininas {

// What the strategy made of a trial.
struct Decision {
  bool accepted = false;  // the trial is the current network from now on
  std::string reason;     // one sentence with the numbers and the rule
};

class SearchStrategy {
 public:
  virtual ~SearchStrategy() = default;
  // The next question; nullopt when the search is over. The last question is answered by `tell` before the next one is
  // asked.
  virtual std::optional<Candidate> ask() = 0;
  // The answer to the last question.
  virtual Decision tell(const Trial& trial) = 0;
  // Time is running out: only what the result still needs is asked for from here on. Does nothing where that is so
  // already, or while there is no network at all. True where it was not so already.
  virtual bool conclude() { return false; }
  // How many epochs the candidates would train in all that are asked for after `conclude`.
  virtual int concluding_epochs() const { return 0; }
  // How many more questions there can be at most, for progress displays.
  virtual int most_left() const = 0;
  // The network that the search would end with if it ended now; nullopt while none has been accepted.
  virtual std::optional<Trial> best() const = 0;
  // What to train in the end, the first choice first: usually the best trial's architecture. A later one is taken where
  // the budget forbids those before it.
  virtual std::vector<Architecture> finals() const {
    const auto found = best();
    return found ? std::vector<Architecture>{found->candidate.architecture} : std::vector<Architecture>{};
  }
  // The rule of a stage in a paragraph, with the values of the options: for people.
  virtual std::string rule(const std::string& /*stage*/) const { return ""; }
};

}  // namespace mininas
