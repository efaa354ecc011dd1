// Session: the interface between a search method and the rest of the program. SearchResult: what a method returns.
//
// A method is a plain function of a session and its options; search/methods/registry.cpp lists all of them. It passes
// candidates to `evaluate`, decides on their outcomes, and returns a result. It does not train, read files or read the
// clock, and its random numbers come from the session. Equal outcomes therefore lead to equal candidates, and a killed
// search needs no state but its journal: the method is called again from its beginning, and its first candidates get
// the outcomes in the journal (search/run/journalled_session.h). Whatever a method has learned, such as a population,
// the weights of a controller or a table of values, is kept in its local variables.
//
// Other sessions: a published log (search/run/replay.h), a table of scores (tests/search/table_session.h).
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/rng.h"
#include "core/tensor.h"
#include "search/cost/cost.h"
#include "search/methods/candidate.h"

namespace mininas {

// The images that networks are searched for, as far as a method needs to know them.
struct Task {
  ImageShape input;
  int classes = 2;
  int64_t score_images = 1;  // number of images that a score is measured on
  // If the score is balanced accuracy: the label of each of these images. Empty: each image counts alike.
  std::vector<int> balanced_labels = {};
  double chance = 0;  // the score of always naming one class, in percent
};

class Session {
 public:
  virtual ~Session() = default;

  // Evaluates candidates and returns one trial for each, in the same order. Candidates of one call may be trained at
  // the same time, so a method should pass all candidates together that do not depend on each other's outcomes. A
  // candidate over the budget is not trained; its outcome says so.
  virtual std::vector<Trial> evaluate(std::span<const Candidate> candidates) = 0;
  Trial evaluate(const Candidate& candidate);

  // Records the method's decision on a trial of this session. It is called once for each trial, as soon as the decision
  // is made: `kept` if the search continues with this network, and the reason in one sentence. The reason is for
  // people; `kept` also decides whose weights are stored: only a network that was kept can be an ancestor of a later
  // candidate without being trained again.
  virtual void decide(const Trial& trial, bool kept, const std::string& why) = 0;

  virtual const Task& task() const = 0;
  // The cost of an architecture, before any training. This plans the device's memory, so do not call it for thousands
  // of architectures. If only parameters are needed, `parameter_count(build_network_spec(...))` with the task's images
  // is faster.
  virtual Cost cost(const Architecture& architecture) const = 0;
  // The first limit of the budget that this cost exceeds, as a sentence; nullopt if it is within the budget.
  virtual std::optional<std::string> over_budget(const Cost& cost) const = 0;
  // Random numbers for `purpose`, which follow from the run's seed alone.
  virtual Rng rng(const std::string& purpose) const = 0;

  // Whether the time limit is reached, or would be after `epochs` more epochs of training, which the method still needs
  // at its end. Once true, it stays true. A method that has a network calls this before each call of `evaluate`, and
  // finishes when it returns true. It counts the seconds in the journal, so a resumed search finishes in the same way.
  virtual bool time_is_up(int epochs = 0) = 0;
  // The method will evaluate at most this many more candidates; for the progress display.
  virtual void expect(int candidates) = 0;
};

// The result of a method.
struct SearchResult {
  // The architectures for the final training, the first choice first. A later one is used if those before it are over
  // the budget. Empty if no network could be used.
  std::vector<Architecture> finals;
  std::optional<Trial> best;  // the trial of the first choice
};

}  // namespace mininas
