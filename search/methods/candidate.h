// Candidate, Outcome, Trial and Decision: what a search method and the session exchange.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/space/architecture.h"

namespace mininas {

// What a method wants to know: how good is this architecture, trained for so many epochs?
struct Candidate {
  std::string stage;  // of the method: "depth", "width", "operation", "kernel", "finalists"
  Architecture architecture;
  int epochs = 0;
  // Warm starts: the epoch at which a candidate may branch off the training of another; 0: no warm start. A candidate
  // without ancestors trains from scratch and stores its weights at that epoch for later candidates. One with ancestors
  // starts at that epoch with the stored weights of the first ancestor, changed step by step into each of the other
  // ancestors and finally into the candidate.
  int branch_epoch = 0;
  std::vector<Architecture> ancestors;
};

// One line with everything that the outcome of a candidate depends on. Candidates with equal keys have equal outcomes,
// so an earlier outcome can be used again.
std::string candidate_key(const Candidate& candidate);

// For messages: "w16:s3*5 (depth, 5 epochs)".
std::string description_of(const Candidate& candidate);
// How the requested candidate differs from the recorded one, as a sentence with both; nullopt if stage, architecture
// and epochs agree.
std::optional<std::string> difference(const Candidate& requested, const Candidate& recorded);

// kInfeasible (over the budget, known before training) and kFailed (training diverged) are outcomes, not errors.
enum class Status { kOk, kInfeasible, kFailed };

// The result of evaluating a candidate. Accuracies are percentages, as are the tolerances of the methods.
struct Outcome {
  Status status = Status::kOk;
  std::string problem;  // the reason of kInfeasible or kFailed
  // The score that searches compare: validation accuracy, after the last epoch unless the evaluator says otherwise.
  double score = 0;
  double best_train = 0;      // highest training accuracy of any epoch
  std::vector<double> curve;  // validation accuracy after each epoch
  double seconds = 0;         // spent on training
  uint64_t seed = 0;
  bool from_journal = false;  // known from an equal candidate, in this search or in the cache; nothing was trained
  int64_t image_epochs = 0;   // images that passed through training
  // Which of the scored images are classified correctly (search/methods/paired_error.h); empty if unknown.
  std::string correct;
};

struct Trial {
  Candidate candidate;
  Outcome outcome;
  int index = 0;  // number of the candidate in its search, in the order of evaluation
};

// The method's decision on a trial.
struct Decision {
  bool kept = false;   // the search continues with this network
  std::string reason;  // one sentence with the numbers and the rule
};

}  // namespace mininas
