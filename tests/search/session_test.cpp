// The session of a real search, as a method sees it: outcomes, and their order.
#include <functional>
#include <numeric>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/search/table_session.h"
#include "tests/search/toy_search.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Runs a function instead of a method of the table.
class Scripted final : public Method {
 public:
  explicit Scripted(std::function<SearchResult(Session&)> script) : script_(std::move(script)) {}
  std::string name() const override { return "scripted"; }
  std::string summary() const override { return ""; }
  std::string paper() const override { return ""; }
  std::vector<PresetName> presets() const override { return {}; }
  void choose_preset(const std::string&) override {}
  std::string preset() const override { return ""; }
  OptionFields fields() override { return {}; }
  void validate() const override {}
  SearchResult run(Session& session) const override { return script_(session); }
  std::string rule(const std::string&) const override { return ""; }
  void adjust_recipe(TrainConfig&) const override {}

 private:
  const std::function<SearchResult(Session&)> script_;
};

SearchTask toy_task() {
  SearchTask task;
  task.cost = toy_cost;
  return task;
}

SearchResult found(const Trial& trial) { return {{trial.candidate.architecture}, trial}; }

}  // namespace

TEST_CASE("an equal candidate is answered from the journal, also within one call", "[search][journal]") {
  const Candidate two{"again", plain_chain(8, 3), 2}, five{"again", plain_chain(8, 3), 5};
  for (const bool together : {false, true}) {
    TempDir folder;
    ToyEvaluator evaluator;
    Journal journal(folder / "journal.jsonl");
    const Scripted method([&](Session& session) {
      if (together) return found(session.evaluate(std::vector{two, five, two}).back());
      session.evaluate(two);
      session.evaluate(five);
      return found(session.evaluate(two));
    });
    run_search(method, evaluator, toy_task(), journal);
    CHECK(evaluator.calls == 2);
    CHECK(journal.trained() == 2);
    CHECK(journal.entries()[2].trial.outcome.from_journal);
    CHECK(journal.entries()[2].trial.outcome.score == journal.entries()[0].trial.outcome.score);
    CHECK(journal.seconds() == 20);
    CHECK_FALSE(journal.entries()[2].decision);
  }
}

TEST_CASE("candidates of one call are evaluated in their order, and a search that is killed among them continues there",
          "[search][journal]") {
  std::vector<Candidate> batch;
  for (const int width : {12, 4, 8}) batch.push_back({"together", plain_chain(width, 3), 2});
  const Scripted method([&](Session& session) {
    const auto trials = session.evaluate(batch);
    for (const Trial& trial : trials) session.decide(trial, trial.index == 1, "told");
    for (size_t i = 0; i < batch.size(); ++i) {
      CHECK(trials[i].candidate.architecture == batch[i].architecture);
      CHECK(trials[i].index == static_cast<int>(i));
    }
    return found(trials[1]);
  });
  TempDir folder;
  ToyEvaluator dying, second;
  dying.die_at = 2;
  {
    Journal journal(folder / "journal.jsonl");
    CHECK_THROWS_AS(run_search(method, dying, toy_task(), journal), Interrupted);
    CHECK(journal.entries().size() == 2);
  }
  Journal journal(folder / "journal.jsonl");
  CHECK(run_search(method, second, toy_task(), journal).finals.front().chain().width == 4);
  CHECK(second.calls == 1);
  CHECK(journal.entries()[1].kept());
  CHECK(journal.entries()[2].decision->reason == "told");
}

TEST_CASE("a method's random numbers come from the run's seed and the purpose", "[search][journal]") {
  const auto drawn = [](uint64_t seed, const std::string& purpose) {
    TempDir folder;
    ToyEvaluator evaluator;
    Journal journal(folder / "journal.jsonl");
    SearchTask task = toy_task();
    task.seed = seed;
    std::vector<uint32_t> numbers;
    run_search(Scripted([&](Session& session) {
                 Rng rng = session.rng(purpose);
                 for (int i = 0; i < 4; ++i) numbers.push_back(rng.next_u32());
                 return found(session.evaluate({"one", plain_chain(8, 3), 2}));
               }),
               evaluator, task, journal);
    return numbers;
  };
  CHECK(drawn(1, "a") == drawn(1, "a"));
  CHECK(drawn(1, "a") != drawn(2, "a"));
  CHECK(drawn(1, "a") != drawn(1, "b"));
}

TEST_CASE("time that was up stays up, whatever limit a resumed search is given", "[search][journal]") {
  TempDir folder;
  const auto path = folder / "journal.jsonl";
  int asked_late = 0;
  const Scripted method([&](Session& session) {
    Trial last = session.evaluate({"wide", plain_chain(8, 3), 2});
    for (int width = 9; width < 20 && !session.time_is_up(2); ++width)
      last = session.evaluate({"wide", plain_chain(width, 3), 2});
    asked_late += session.time_is_up(0);
    return found(session.evaluate({"last", last.candidate.architecture, 4}));
  });
  for (const double limit : {45.0, 0.0, 20.0}) {
    ToyEvaluator evaluator;
    Journal journal(path);
    SearchTask task = toy_task();
    // ten seconds per candidate of two epochs: three candidates, the last one in reserved time
    task.max_seconds = limit;
    run_search(method, evaluator, task, journal);
    CHECK(evaluator.calls == (limit == 45.0 ? 5 : 0));
    CHECK(journal.entries().size() == 5);
    CHECK(journal.end() == "time limit");
  }
  CHECK(asked_late == 3);
}
