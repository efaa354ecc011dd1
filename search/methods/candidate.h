// A candidate, what it turned out to be, and both together: what a search method and those who evaluate candidates
// exchange.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/architecture.h"

namespace mininas {

// What a method asks: how good is this architecture, trained for so many epochs?
struct Candidate {
  std::string stage;  // of the method: "depth", "width", "operation", "kernel", "finalists"
  Architecture architecture;
  int epochs = 0;
  // Warm starts: the epoch at which a candidate may branch off the training of another; 0: none. One without ancestors
  // trains from scratch and keeps its weights of that moment for descendants. One with ancestors begins there, with
  // what the first of them had learned until then, changed step by step into each of the others and at last into the
  // candidate.
  int branch_epoch = 0;
  std::vector<Architecture> ancestors;
};

// Everything that decides what comes out of training a candidate, in one line. Two candidates with equal texts are the
// same question, to whoever remembers answers.
std::string question(const Candidate& candidate);

// For people: "w16:s3*5 (depth, 5 epochs)".
std::string described(const Candidate& candidate);
// What is wrong with `asked` against what is recorded, as a sentence with both; nullopt where stage, architecture and
// epochs agree.
std::optional<std::string> difference(const Candidate& asked, const Candidate& recorded);

// Infeasible (over the budget, known before training) and failed (training diverged) are answers, not errors.
enum class Status { kOk, kInfeasible, kFailed };

// What a candidate turned out to be. Accuracies are percentages, as tolerances are.
struct Outcome {
  Status status = Status::kOk;
  std::string problem;  // kInfeasible, kFailed: why
  // What the search compares: validation accuracy, of the last epoch unless the evaluator says otherwise.
  double score = 0;
  double best_train = 0;      // largest training accuracy of an epoch
  std::vector<double> curve;  // validation accuracy after each epoch
  double seconds = 0;         // spent on training
  uint64_t seed = 0;
  bool from_journal = false;  // the same question had been answered before, here or in the cache: nothing was trained
  int64_t image_epochs = 0;   // images that passed through training
  // Which of the scored images are classified correctly (search/methods/paired_error.h); empty: not known.
  std::string correct;
};

struct Trial {
  Candidate candidate;
  Outcome outcome;
  int index = 0;  // of all candidates of the search, in the order asked
};

// What a method made of a trial.
struct Decision {
  bool kept = false;   // the search goes on with this network
  std::string reason;  // one sentence with the numbers and the rule
};

}  // namespace mininas
