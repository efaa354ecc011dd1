// Evaluator: determines how good a candidate is. A real search trains it (search/evaluate/training_evaluator.h), a test
// may compute a formula; the search does not know the difference.
#pragma once
#include "search/methods/candidate.h"

namespace mininas {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // `index` is the candidate's number in the journal. A training that fails is an outcome; a problem that a person has
  // to solve is thrown as an error. Interrupted is thrown after the work so far has been saved; the same call then
  // continues it.
  virtual Outcome evaluate(const Candidate& candidate, int index) = 0;
  // Called when the candidate's outcome is in the journal: files for continuing its training may be removed. A resumed
  // search calls it again for every outcome that it reads from the journal.
  virtual void recorded(int /*index*/) {}
  // Called with the method's decision: a candidate that was kept may become an ancestor of later ones.
  virtual void decided(const Candidate& /*candidate*/, bool /*kept*/) {}
  // Called when the search is over, and again when a finished search is resumed.
  virtual void finish() {}
};

}  // namespace mininas
