#include "search/run/journalled_session.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {

JournalledSession::JournalledSession(const SearchTask& task, Evaluator& evaluator, Journal& journal,
                                     const SearchHooks& hooks)
    : task_(task), evaluator_(evaluator), journal_(journal), hooks_(hooks) {}

void JournalledSession::fail(const std::string& what) const {
  throw FormatError(text(journal_.position(next_), ": ", what, "; the journal belongs to another search"));
}

std::vector<Trial> JournalledSession::evaluate(std::span<const Candidate> candidates) {
  std::vector<Trial> trials;
  for (const Candidate& candidate : candidates) {
    trials.push_back(replaying() ? replay_candidate(candidate) : evaluate_new(candidate));
    const Outcome& outcome = trials.back().outcome;
    seconds_ += outcome.seconds;
    if (outcome.seconds > 0) epochs_ += static_cast<double>(outcome.curve.size());
    expected_ = std::max(expected_ - 1, 0);
    ++evaluated_;
  }
  return trials;
}

Trial JournalledSession::replay_candidate(const Candidate& candidate) {
  const JournalEvent& event = journal_.events()[next_];
  if (event.kind != JournalEvent::Kind::kCandidate)
    fail("expected no candidate here, but the search evaluates " + description_of(candidate));
  const Trial& known = journal_.entries()[event.entry].trial;
  if (const auto wrong = difference(candidate, known.candidate)) fail(*wrong);
  if (candidate_key(candidate) != candidate_key(known.candidate))
    fail(text("expected candidate ", candidate_key(known.candidate), ", but the search evaluates ",
              candidate_key(candidate)));
  evaluator_.recorded(known.index);
  ++next_;
  return known;
}

Trial JournalledSession::evaluate_new(const Candidate& candidate) {
  if (journal_.end()) fail("expected the end of the search, but it evaluates " + description_of(candidate));
  JournalEntry entry;
  entry.cost = task_.cost(candidate.architecture);
  if (hooks_.on_candidate) hooks_.on_candidate(candidate, entry.cost, evaluated_, std::max(expected_ - 1, 0));
  entry.trial = {candidate, outcome_of(candidate, entry.cost, evaluated_), evaluated_};
  journal_.append(entry);
  ++next_;
  evaluator_.recorded(evaluated_);
  return entry.trial;
}

Outcome JournalledSession::outcome_of(const Candidate& candidate, const Cost& cost, int index) {
  if (const auto why = over_budget(cost)) {
    Outcome outcome;
    outcome.status = Status::kInfeasible;
    outcome.problem = *why;
    return outcome;
  }
  if (auto known = journal_.find(candidate)) {
    known->from_journal = true;
    known->seconds = 0;
    known->image_epochs = 0;
    return *known;
  }
  return evaluator_.evaluate(candidate, index);
}

void JournalledSession::decide(const Trial& trial, bool kept, const std::string& why) {
  const auto entry = static_cast<size_t>(trial.index);
  MN_CHECK(trial.index >= 0 && trial.index < evaluated_, "a decision on candidate ", trial.index,
           ", which was not evaluated");
  if (replaying()) return replay_decision(trial, kept);
  if (journal_.end()) fail("expected the end of the search, but it decides on " + description_of(trial.candidate));
  journal_.append_decision(entry, {kept, why});
  ++next_;
  evaluator_.decided(trial.candidate, kept);
  if (hooks_.on_decision) hooks_.on_decision(journal_.entries()[entry]);
}

// The wording of the reason may have changed, so it is not compared.
void JournalledSession::replay_decision(const Trial& trial, bool kept) {
  const JournalEvent& event = journal_.events()[next_];
  const auto entry = static_cast<size_t>(trial.index);
  if (event.kind != JournalEvent::Kind::kDecision || event.entry != entry || journal_.entries()[entry].kept() != kept)
    fail(
        text("expected another event, but the search ", kept ? "keeps " : "rejects ", description_of(trial.candidate)));
  ++next_;
}

Rng JournalledSession::rng(const std::string& purpose) const { return Rng(task_.seed).fork("search").fork(purpose); }

bool JournalledSession::time_is_up(int epochs) {
  if (time_is_up_) return true;
  if (replaying()) {
    time_is_up_ = journal_.events()[next_].kind == JournalEvent::Kind::kTimeIsUp;
    next_ += time_is_up_ ? 1 : 0;
    return time_is_up_;
  }
  // Assumes the average time per epoch so far.
  const double needed = epochs_ > 0 ? epochs * seconds_ / epochs_ : 0;
  time_is_up_ = task_.max_seconds > 0 && seconds_ + needed >= task_.max_seconds && !journal_.end();
  if (time_is_up_) {
    journal_.append_time_is_up();
    ++next_;
  }
  return time_is_up_;
}

void JournalledSession::finish() {
  if (replaying()) fail("expected more events, but the search is over");
  if (!journal_.end()) journal_.append_end(time_is_up_ ? "time limit" : "finished");
}

}  // namespace mininas
