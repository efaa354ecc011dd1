// For methods that have no current network: the best trial of a search, and random architectures within the budget.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "search/methods/session.h"

namespace mininas {

// How many independent candidates such a method passes to one call of `evaluate`: enough to occupy several machines,
// and few enough to check the time limit in between.
constexpr int kCandidatesAtOnce = 8;

// The best trial of a search; of several equal ones the first. Records a decision on each trial: it is kept if it is
// the best so far.
class BestSoFar {
 public:
  explicit BestSoFar(Session& session) : session_(session) {}

  // `origin` (", child of ...") is the end of the reason.
  void judge(const Trial& trial, const std::string& origin = "");
  bool exists() const { return best_.has_value(); }
  // Empty if no candidate could be used.
  SearchResult result() const;

 private:
  Session& session_;
  std::optional<Trial> best_;
};

// Returns the first architecture of `draw` that is within the budget. If none of kMaxDraws is, it returns the last one:
// the outcome of such a candidate names the limit that it breaks, and the search goes on.
constexpr int kMaxDraws = 1000;
Architecture draw_within_budget(const Session& session, const std::function<Architecture()>& draw);

}  // namespace mininas
