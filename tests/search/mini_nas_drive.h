// A small search with made-up scores, driven to its end: what it asks, what it accepts and why.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/methods/mini_nas.h"

namespace mininas::test {

// Small enough to write its whole course down.
inline MiniNasOptions small_options() {
  MiniNasOptions o;
  o.min_depth = 3;
  o.max_depth = 5;
  o.min_width = 8;
  o.max_width = 16;
  o.kernels = {5};
  o.epochs = 2;
  o.noise = 0;
  return o;
}

inline Outcome score(double percent) {
  Outcome outcome;
  outcome.score = percent;
  return outcome;
}

inline Outcome infeasible() {
  Outcome outcome;
  outcome.status = Status::kInfeasible;
  outcome.problem = "flash 2 is over the limit of 1";
  return outcome;
}

// A drive of the strategy: answers by architecture, 50 % where none is given.
struct Drive {
  std::vector<std::string> asked;     // "depth w16:s3*3"
  std::vector<std::string> accepted;  // architectures
  std::vector<std::string> reasons;
  std::optional<Trial> best;
};

inline Drive drive(const MiniNasOptions& options, const std::map<std::string, Outcome>& answers,
                   int64_t images = 10000) {
  MiniNas search(options, images);
  Drive result;
  while (const auto candidate = search.ask()) {
    const std::string name = to_text(candidate->architecture);
    const auto answer = answers.find(name);
    const Decision decision = search.tell({*candidate, answer == answers.end() ? score(50) : answer->second});
    result.asked.push_back(candidate->stage + " " + name);
    if (decision.accepted) result.accepted.push_back(name);
    result.reasons.push_back(decision.reason);
  }
  result.best = search.best();
  return result;
}

}  // namespace mininas::test
