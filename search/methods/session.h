// Session: what a search method may do, and SearchResult, what it returns.
//
// A method is a plain function of a session and its options; search/methods/registry.cpp lists all of them. It has
// candidates evaluated, decides on their outcomes, and returns what it found. It neither trains, nor reads files or the
// clock, and its random numbers come from the session. So equal outcomes lead to equal candidates. That is why a killed
// search needs no state but its journal: the method is called again from its beginning, and the outcomes of its first
// candidates come from the journal (search/run/journalled_session.h). What a method has learned, such as a population,
// a controller's weights or a table of values, stands in its local variables.
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
  int64_t score_images = 1;  // how many images a score is measured on
};

class Session {
 public:
  virtual ~Session() = default;

  // How good the candidates are: a trial for each, in the order asked. Candidates of one call may be trained at the
  // same time, so a method passes together whatever does not depend on another outcome. A candidate over the budget is
  // not trained; its outcome says so.
  virtual std::vector<Trial> evaluate(std::span<const Candidate> candidates) = 0;
  Trial evaluate(const Candidate& candidate) { return evaluate(std::span(&candidate, 1)).front(); }

  // What the method decides on a trial that this session returned, once each, as soon as it is known: `kept` where the
  // search goes on with this network, and one sentence why. For people, and for whoever keeps weights: only a network
  // that was kept can be a later candidate's ancestor without being trained again.
  virtual void decide(const Trial& trial, bool kept, const std::string& why) = 0;

  virtual const Task& task() const = 0;
  // Before any training. Plans the device's memory: not for loops over thousands of architectures. Where parameters are
  // enough, `parameter_count(build_network_spec(...))` with the task's images is faster.
  virtual Cost cost(const Architecture& architecture) const = 0;
  // The first limit of the budget that a network of this cost breaks, as a sentence; nullopt: it keeps all.
  virtual std::optional<std::string> over_budget(const Cost& cost) const = 0;
  // Random numbers for `purpose`, from the run's seed alone.
  virtual Rng rng(const std::string& purpose) const = 0;

  // Whether the time for candidates is over, or would be after `epochs` more of training, which the method still needs
  // for its end. Once it has been, it is. A method with a network in hand asks before each call of `evaluate`, and
  // finishes when it is told so. Time is counted by the seconds in the journal, so a resumed search finishes alike.
  virtual bool time_is_up(int epochs = 0) = 0;
  // At most so many candidates will be asked for from here on; for the progress display.
  virtual void expect(int candidates) = 0;
};

// What a method returns.
struct SearchResult {
  // What to train in the end, the first choice first; a later one is taken where the budget forbids those before it.
  // Empty: no network could be used.
  std::vector<Architecture> finals;
  std::optional<Trial> best;  // the trial that speaks for the first choice
};

}  // namespace mininas
