// SearchStrategy: decides which architecture to try next, and nothing else. No input or output, no clock, no training:
// whoever drives it (search/run/run_search.h) asks for a candidate, has it evaluated, and tells the result. The same
// answers always lead to the same questions; resuming a search and replaying a published log both rest on that.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/architecture.h"

namespace mininas {

// What a strategy asks: this architecture, trained for so many epochs.
struct Candidate {
  std::string stage;  // of the strategy: "depth", "width", "stem", "operation", "kernel", "finalists"
  Architecture architecture;
  int epochs = 0;
  // Scores, epoch by epoch, of the network that this one is compared with, where that trained as long; an evaluator may
  // give up early one that stays far behind. No part of what is asked.
  std::vector<double> rival;
  // Warm starts: the epoch at which a candidate may branch off the training of another; 0: none. One without ancestors
  // trains from scratch and keeps its weights of that moment for descendants. One with ancestors begins there, with
  // what the first of them had learned until then, changed step by step into each of the others and at last into the
  // candidate.
  int branch_epoch = 0;
  std::vector<Architecture> ancestors;
};

// Infeasible (over the budget, known before training) and failed (training diverged) are answers, not errors.
enum class Status { kOk, kInfeasible, kFailed };

// What a candidate turned out to be. Accuracies are percentages, as tolerances are.
struct Outcome {
  Status status = Status::kOk;
  std::string problem;  // kInfeasible, kFailed: why
  double score =
      0;  // what the search compares: validation accuracy (of the last epoch, unless the evaluator says otherwise)
  double best_train = 0;      // largest training accuracy of an epoch
  std::vector<double> curve;  // validation accuracy after each epoch
  double seconds = 0;         // spent on training
  uint64_t seed = 0;
  bool from_journal = false;  // the same question had been answered before, here or in the cache: nothing was trained
  int64_t image_epochs = 0;   // images that passed through training
  std::string right;  // which of the scored images were answered right (search/methods/answers.h); empty: not known
};

struct Trial {
  Candidate candidate;
  Outcome outcome;
};

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
