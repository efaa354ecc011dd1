#include "search/run/replay.h"

#include <algorithm>

#include "core/error.h"
#include "search/space/build.h"

namespace mininas {
namespace {

// Thrown to leave a method that does something else than the log records.
struct Deviation {
  std::string text;
};

// The options of these names, each at most once, and what became of them.
class Ranges {
 public:
  explicit Ranges(const OptionFields& fields) : fields_(fields) {}

  template <class T>
  T* find(const std::string& name) const {
    for (const OptionField& field : fields_)
      if (field.name == name) return std::get<T*>(field.value);
    return nullptr;
  }
  void set(const std::string& name, int value) {
    int* const option = find<int>(name);
    if (option == nullptr || *option == value) return;
    *option = value;
    note(text(name, " ", value));
  }
  // Where it is not as large, or as small, already.
  void raise(const std::string& name, int value) {
    if (const int* option = find<int>(name); option != nullptr && *option < value) set(name, value);
  }
  void lower(const std::string& name, int value) {
    if (const int* option = find<int>(name); option != nullptr && *option > value) set(name, value);
  }
  void note(const std::string& change) { changes += (changes.empty() ? "" : ", ") + change; }

  std::string changes;

 private:
  const OptionFields& fields_;
};

// From the first width of the log to the next one; 0 where there is but one.
int width_step_of(const std::vector<LoggedTrial>& log) {
  const int first = log.front().trial.candidate.architecture.chain().width;
  for (const LoggedTrial& logged : log)
    if (const int width = logged.trial.candidate.architecture.chain().width; width != first)
      return std::max(first - width, 0);
  return 0;
}

// Those above 3, in the order in which they were tried.
std::vector<int> kernels_of(const std::vector<LoggedTrial>& log) {
  std::vector<int> kernels;
  for (const LoggedTrial& logged : log)
    for (const SearchedLayer& layer : logged.trial.candidate.architecture.chain().layers)
      if (layer.kernel > 3 && std::find(kernels.begin(), kernels.end(), layer.kernel) == kernels.end())
        kernels.push_back(layer.kernel);
  return kernels;
}

void take_kernels(const std::vector<int>& seen, Ranges& ranges) {
  auto* const option = ranges.find<std::vector<int>>("kernels");
  if (option == nullptr) return;
  const auto known = [&](int kernel) { return std::find(option->begin(), option->end(), kernel) != option->end(); };
  if (std::all_of(seen.begin(), seen.end(), known)) return;
  *option = seen;
  std::string list;
  for (const int kernel : seen) list += text(list.empty() ? "" : ",", kernel);
  ranges.note("kernels " + list);
}

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

std::string take_ranges(const std::vector<LoggedTrial>& log, const OptionFields& fields) {
  Ranges ranges(fields);
  const Candidate& first = log.front().trial.candidate;
  const Chain& start = first.architecture.chain();
  ranges.set("max-width", start.width);
  ranges.lower("min-width", start.width);
  ranges.set("min-depth", start.depth());
  ranges.set("candidate-epochs", first.epochs);
  if (const int step = width_step_of(log); step > 0) ranges.set("width-step", step);
  int deepest = 0;
  for (const LoggedTrial& logged : log) {
    const Chain& chain = logged.trial.candidate.architecture.chain();
    deepest = std::max(deepest, chain.depth());
    if (logged.trial.candidate.stage == "width") ranges.lower("min-width", chain.width);
  }
  ranges.raise("max-depth", deepest);
  // A growth that ends before the usual limit ends there too where that is the limit: nothing to tell.
  if (int* const option = ranges.find<int>("max-depth")) *option = deepest;
  take_kernels(kernels_of(log), ranges);
  return ranges.changes;
}

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
