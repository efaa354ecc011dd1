// TableSession: a session with invented scores, from a table or a formula, instead of training. Course: what a search
// did in it.
#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "search/methods/session.h"
#include "search/space/build.h"

namespace mininas::test {

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

class TableSession final : public Session {
 public:
  using Evaluate = std::function<Outcome(const Candidate&)>;
  // The events of one candidate. `left`: how many more candidates the method expected at most.
  struct Step {
    Trial trial;
    std::optional<Decision> decision;
    int left = 0;
  };

  explicit TableSession(Evaluate evaluate, Task task = {{32, 32, 3}, 10, 10000}, uint64_t seed = 0)
      : evaluate_(std::move(evaluate)), task_(task), seed_(seed) {}

  std::vector<Trial> evaluate(std::span<const Candidate> candidates) override {
    batches.push_back(candidates.size());
    std::vector<Trial> trials;
    for (const Candidate& candidate : candidates) {
      trials.push_back({candidate, evaluate_(candidate), static_cast<int>(steps.size())});
      steps.push_back({trials.back(), std::nullopt, expected_ = std::max(expected_ - 1, 0)});
    }
    return trials;
  }
  void decide(const Trial& trial, bool kept, const std::string& why) override {
    steps.at(static_cast<size_t>(trial.index)).decision = Decision{kept, why};
  }
  const Task& task() const override { return task_; }
  Cost cost(const Architecture& architecture) const override {
    Cost cost;
    cost.parameters = parameter_count(build_network_spec(architecture, task_.input, task_.classes));
    return cost;
  }
  std::optional<std::string> over_budget(const Cost& cost) const override { return why_over(budget, cost); }
  Rng rng(const std::string& purpose) const override { return Rng(seed_).fork(purpose); }
  bool time_is_up(int) override { return steps.size() >= max_candidates; }
  void expect(int candidates) override { expected_ = candidates; }

  std::vector<Step> steps;
  std::vector<size_t> batches;  // number of candidates in each call of evaluate
  Budget budget;
  size_t max_candidates = SIZE_MAX;  // after this many, the time is up

 private:
  const Evaluate evaluate_;
  const Task task_;
  const uint64_t seed_;
  int expected_ = 0;
};

// The course of a search, in a form that is easy to compare.
struct Course {
  std::vector<std::string> evaluated;  // "depth w16:s3*3"
  std::vector<std::string> kept;       // architectures
  std::vector<std::string> reasons;    // of all decisions, in the order of evaluation
  SearchResult result;
};

inline Course course_of(const TableSession& session, const SearchResult& result) {
  Course course;
  for (const TableSession::Step& step : session.steps) {
    const std::string name = to_text(step.trial.candidate.architecture);
    course.evaluated.push_back(step.trial.candidate.stage + " " + name);
    course.reasons.push_back(step.decision ? step.decision->reason : "undecided");
    if (step.decision && step.decision->kept) course.kept.push_back(name);
  }
  course.result = result;
  return course;
}

// Whether the method never expected fewer candidates than it then evaluated.
inline bool expected_enough(const TableSession& session) {
  for (size_t i = 0; i < session.steps.size(); ++i)
    if (session.steps[i].left < static_cast<int>(session.steps.size() - i - 1)) return false;
  return true;
}

}  // namespace mininas::test
