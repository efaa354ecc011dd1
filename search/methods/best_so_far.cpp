#include "search/methods/best_so_far.h"

#include "core/error.h"
#include "search/methods/scores.h"

namespace mininas {

void BestSoFar::judge(const Trial& trial, const std::string& origin) {
  const Outcome& outcome = trial.outcome;
  if (outcome.status != Status::kOk) return session_.decide(trial, false, outcome.problem + origin);
  const bool best = !best_ || outcome.score > best_->outcome.score;
  const std::string compared = best_ ? comparison(outcome.score, best_->outcome.score) : points(outcome.score) + " %";
  if (best) best_ = trial;
  session_.decide(trial, best,
                  text(compared, best ? ": the best so far" : ": not better than the best so far", origin));
}

SearchResult BestSoFar::result() const {
  if (!best_) return {};
  return {{best_->candidate.architecture}, best_};
}

Architecture draw_within_budget(const Session& session, const std::function<Architecture()>& draw) {
  Architecture drawn = draw();
  for (int draws = 1; draws < kMaxDraws && session.over_budget(session.cost(drawn)); ++draws) drawn = draw();
  return drawn;
}

}  // namespace mininas
