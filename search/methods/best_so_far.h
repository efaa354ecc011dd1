// For methods without a current network: the best trial of all, and architectures drawn until one keeps the budget.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "search/methods/session.h"

namespace mininas {

// How many candidates such a method asks for together where none depends on another: enough to keep some machines busy,
// few enough to look at the time in between.
constexpr int kTogether = 8;

// The best trial of a search; of equals the first. Records a decision on each: kept where it is the best so far.
class BestSoFar {
 public:
  explicit BestSoFar(Session& session) : session_(session) {}

  // `origin` (", child of ...") ends the sentence that says why.
  void judge(const Trial& trial, const std::string& origin = "");
  bool exists() const { return best_.has_value(); }
  // Nothing where no candidate could be used.
  Found found() const;

 private:
  Session& session_;
  std::optional<Trial> best_;
};

// The first architecture of `draw` that keeps the budget. Where none of kMostDraws does, the last one: asked for, it gets
// the limit that it breaks for an answer, and the search goes on.
constexpr int kMostDraws = 1000;
Architecture draw_within_budget(const Session& session, const std::function<Architecture()>& draw);

}  // namespace mininas
