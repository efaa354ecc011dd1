// Evaluator: finds out how good a candidate is. Training is one way (search/evaluate/training_evaluator.h), a formula in
// a test another; the search does not know which.
#pragma once
#include "search/methods/candidate.h"

namespace mininas {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // `index` is the candidate's place in the journal. Failure to train is an outcome; what a person must mend is thrown;
  // Interrupted is thrown after the work so far has been saved, and the same call then goes on where it stopped.
  virtual Outcome evaluate(const Candidate& candidate, int index) = 0;
  // The candidate's outcome is in the journal: whatever was kept to go on with may be removed. Called once more when a
  // resumed search is answered from there.
  virtual void recorded(int /*index*/) {}
  // What the method made of it: one that was kept may become an ancestor.
  virtual void decided(const Candidate& /*candidate*/, bool /*kept*/) {}
  // The search is over; called again where a finished search is.
  virtual void finish() {}
};

}  // namespace mininas
