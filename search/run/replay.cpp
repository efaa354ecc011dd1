#include "search/run/replay.h"

#include "core/error.h"
#include "search/space/build.h"

namespace mininas {
namespace {

// Thrown to leave a method that does something else than the log records.
struct Deviation {
  std::string text;
};

class LogSession final : public Session {
 public:
  LogSession(const std::vector<LoggedTrial>& log, const Task& task, const ReplayHooks& hooks)
      : log_(log), task_(task), hooks_(hooks) {}

  std::vector<Trial> evaluate(std::span<const Candidate> candidates) override {
    std::vector<Trial> trials;
    for (const Candidate& candidate : candidates) trials.push_back(next(candidate));
    return trials;
  }
  void decide(const Trial& trial, bool kept, const std::string& why) override {
    if (hooks_.on_decision) hooks_.on_decision(log_[static_cast<size_t>(trial.index)], {kept, why});
  }
  const Task& task() const override { return task_; }
  Cost cost(const Architecture& architecture) const override {
    return predict_cost(build_network_spec(architecture, task_.input, task_.classes));
  }
  std::optional<std::string> over_budget(const Cost&) const override { return std::nullopt; }
  Rng rng(const std::string& purpose) const override { return Rng(0).fork(purpose); }
  bool time_is_up(int) override { return false; }
  void expect(int) override {}

  void finish() const {
    if (next_ < log_.size())
      throw Deviation{text("line ", log_[next_].line, ": expected candidate ",
                           description_of(log_[next_].trial.candidate), ", but the search is over")};
  }

 private:
  Trial next(const Candidate& asked) {
    if (next_ == log_.size())
      throw Deviation{text("after line ", log_.back().line, ": expected the end of the search, but it evaluates ",
                           description_of(asked))};
    const LoggedTrial& logged = log_[next_];
    const std::string line = text("line ", logged.line, ": ");
    if (const auto wrong = difference(asked, logged.trial.candidate)) throw Deviation{line + *wrong};
    const int64_t parameters = parameter_count(build_network_spec(asked.architecture, task_.input, task_.classes));
    if (parameters != logged.parameters)
      throw Deviation{
          text(line, "expected ", logged.parameters, " parameters, but ", description_of(asked), " has ", parameters)};
    return {asked, logged.trial.outcome, static_cast<int>(next_++)};
  }

  const std::vector<LoggedTrial>& log_;
  const Task task_;
  const ReplayHooks& hooks_;
  size_t next_ = 0;
};

}  // namespace

ReplayResult replay(const Method& method, const std::vector<LoggedTrial>& log, const LoggedTask& task,
                    int64_t score_images, const ReplayHooks& hooks) {
  constexpr int kSide = 32;  // of the image; no parameter count depends on it
  LogSession session(log, {{kSide, kSide, task.channels}, task.classes, score_images}, hooks);
  try {
    const SearchResult found = method.run(session);
    session.finish();
    return {std::nullopt, found};
  } catch (const Deviation& wrong) {
    return {wrong.text, {}};
  }
}

}  // namespace mininas
