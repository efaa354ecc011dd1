// Evaluator: finds out how good a candidate is. Training is one way (search/evaluate/training_evaluator.h), a published
// log another, a formula in a test a third; the search does not know which.
#pragma once
#include "search/methods/strategy.h"

namespace mininas {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // `index` is the candidate's place in the journal. Failure to train is an outcome; what a person must mend is thrown;
  // Interrupted is thrown after the work so far has been saved, and the same call then goes on where it stopped.
  virtual Outcome evaluate(const Candidate& candidate, int index) = 0;
  // The outcome has been recorded: whatever was kept to go on with may be removed. An accepted candidate may become an
  // ancestor.
  virtual void settle(const Candidate& /*candidate*/, int /*index*/, bool /*accepted*/) {}
  // The search is over; called again where a finished search is.
  virtual void finish() {}
};

}  // namespace mininas
