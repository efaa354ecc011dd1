#include "search/run/run_search.h"

#include "core/error.h"
#include "core/io/file.h"
#include "search/methods/mini_nas.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using mininas::test::TempDir;

namespace {

MiniNasOptions options() {
  MiniNasOptions o;
  o.max_depth = 5;
  o.min_width = 8;
  o.max_width = 16;
  o.kernels = {5};
  o.noise = 0;
  return o;
}

// A landscape in place of training: wider, deeper and more kernels are better, with a twist that rejects some.
class ToyEvaluator final : public Evaluator {
 public:
  Outcome evaluate(const Candidate& candidate, int) override {
    if (calls == die_at) throw Interrupted("stopped by the test");
    ++calls;
    Outcome outcome;
    outcome.score = 60 + candidate.architecture.width * 0.2 + candidate.architecture.depth() * 2;
    for (size_t i = 0; i < candidate.architecture.layers.size(); ++i) {
      const SearchedLayer& layer = candidate.architecture.layers[i];
      if (layer.operation == Operation::kConv) outcome.score += i % 2 == 0 ? 0.5 : -0.5;
      if (layer.kernel == 5) outcome.score += i == 2 ? 1 : -1;
    }
    outcome.seconds = 10;
    outcome.curve = {50.0, outcome.score};
    outcome.seed = 3;
    return outcome;
  }
  void settle(const Candidate&, int index, bool) override { settled.push_back(index); }
  void finish() override { ++finished; }

  int calls = 0, die_at = -1, finished = 0;
  std::vector<int> settled;
};

Cost toy_cost(const Architecture& a) {
  Cost cost;
  cost.parameters = cost.flash_bytes = a.width * a.width * a.depth();
  cost.instructions = 100 * cost.flash_bytes;
  cost.milliseconds = static_cast<double>(cost.instructions) / 1000;
  return cost;
}

Trial search_in(const std::filesystem::path& journal_path, ToyEvaluator& evaluator, SearchTask task = {},
                MiniNasOptions o = options()) {
  MiniNas strategy(o, 1000);
  Journal journal(journal_path);
  task.cost = toy_cost;
  return run_search(strategy, evaluator, task, journal);
}

}  // namespace

TEST_CASE("a search killed after any candidate resumes from its journal and ends the same", "[search][journal]") {
  TempDir folder;
  ToyEvaluator whole;
  const Trial expected = search_in(folder / "whole.jsonl", whole);
  const std::string journal = read_text_file(folder / "whole.jsonl");
  REQUIRE(whole.calls > 10);
  for (int death = 0; death < whole.calls; ++death) {
    const auto path = folder / text("killed-", death, ".jsonl");
    ToyEvaluator first, second;
    first.die_at = death;
    CHECK_THROWS_AS(search_in(path, first), Interrupted);
    const Trial trial = search_in(path, second);
    CHECK(first.calls + second.calls == whole.calls);
    CHECK(trial.candidate.architecture == expected.candidate.architecture);
    CHECK(read_text_file(path) == journal);
  }
}

TEST_CASE("warm starts name their ancestors, and a resumed search names the same", "[search][journal][warm-start]") {
  TempDir folder;
  MiniNasOptions o = options();
  o.epochs = 6;
  o.warm_epochs = 2;
  ToyEvaluator whole;
  search_in(folder / "whole.jsonl", whole, {}, o);
  const Journal journal(folder / "whole.jsonl");
  std::vector<Architecture> line;  // the current network and its ancestors
  for (const JournalEntry& entry : journal.entries()) {
    const Candidate& c = entry.trial.candidate;
    CHECK(c.branch_epoch == 4);
    CHECK(c.ancestors == (c.stage == "depth" ? std::vector<Architecture>{} : line));
    if (!entry.decision.accepted) continue;
    if (c.stage == "depth") line.clear();
    line.push_back(c.architecture);
  }
  CHECK(line.size() > 2);
  ToyEvaluator first, second;
  first.die_at = 8;
  CHECK_THROWS_AS(search_in(folder / "killed.jsonl", first, {}, o), Interrupted);
  search_in(folder / "killed.jsonl", second, {}, o);
  CHECK(read_text_file(folder / "killed.jsonl") == read_text_file(folder / "whole.jsonl"));
}

TEST_CASE("a candidate branches off another only where epochs are left to train", "[search][warm-start]") {
  const auto branch_epoch = [](int epochs, int warm_epochs) {
    MiniNasOptions o = options();
    o.epochs = epochs;
    o.warm_epochs = warm_epochs;
    return MiniNas(o, 1000).ask()->branch_epoch;
  };
  CHECK(branch_epoch(6, 2) == 4);
  CHECK(branch_epoch(6, 6) == 0);
  CHECK(branch_epoch(6, 7) == 0);
  CHECK(branch_epoch(6, 0) == 0);
}

TEST_CASE("a torn last line is dropped, its candidate is evaluated again", "[search][journal]") {
  TempDir folder;
  ToyEvaluator whole, again;
  const auto path = folder / "journal.jsonl";
  search_in(path, whole);
  const std::string journal = read_text_file(path);
  const size_t third = journal.find('\n', journal.find('\n') + 1) + 1;
  for (const size_t cut : {size_t{1}, third + 1, third + 40, journal.size() - 1}) {
    write_text_file(path, journal.substr(0, cut));
    search_in(path, again);
    CHECK(read_text_file(path) == journal);
  }
}

TEST_CASE("a finished search is not asked again", "[search][journal]") {
  TempDir folder;
  ToyEvaluator first, second;
  const Trial a = search_in(folder / "journal.jsonl", first);
  const Trial b = search_in(folder / "journal.jsonl", second);
  CHECK(second.calls == 0);
  CHECK(a.candidate.architecture == b.candidate.architecture);
  CHECK(Journal(folder / "journal.jsonl").end() == "finished");
  CHECK(first.settled.size() == static_cast<size_t>(first.calls));
  CHECK(first.finished == 1);
  CHECK(second.finished == 1);
}

TEST_CASE("a journal of another search is refused with its line", "[search][journal]") {
  TempDir folder;
  ToyEvaluator evaluator;
  search_in(folder / "journal.jsonl", evaluator);
  auto other = options();
  other.epochs = 7;
  CHECK_THROWS_WITH(search_in(folder / "journal.jsonl", evaluator, {}, other),
                    Catch::Contains("journal.jsonl, line 1") && Catch::Contains("another search"));
  other = options();
  other.depth_gain = 50;
  CHECK_THROWS_WITH(search_in(folder / "journal.jsonl", evaluator, {}, other),
                    Catch::Contains("line 4") && Catch::Contains("asks for"));
}

TEST_CASE("a damaged journal line is named", "[search][journal]") {
  TempDir folder;
  ToyEvaluator evaluator;
  const auto path = folder / "journal.jsonl";
  search_in(path, evaluator);
  const std::string journal = read_text_file(path);
  const size_t second = journal.find('\n') + 1;
  write_text_file(path, journal.substr(0, second) + "rubbish\n" + journal.substr(second));
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 2") && Catch::Contains("JSON"));
  write_text_file(path, journal.substr(second));
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 1") && Catch::Contains("'index' is 1, expected 0"));
  std::string wrong = journal;
  wrong.replace(wrong.find("\"ok\""), 4, "\"no\"");
  write_text_file(path, wrong);
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 1") && Catch::Contains("'status' is 'no'"));
  write_text_file(path, "{\"index\":0}\n");
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 1") && Catch::Contains("'stage' is missing"));
}

TEST_CASE("candidates over the budget are never evaluated", "[search][budget]") {
  TempDir folder;
  ToyEvaluator evaluator;
  SearchTask task;
  task.budget.max_flash_bytes = 12 * 12 * 4;
  const Trial best = search_in(folder / "journal.jsonl", evaluator, task);
  CHECK(best.candidate.architecture.width == 8);
  CHECK(best.candidate.architecture.depth() == 5);
  const Journal journal(folder / "journal.jsonl");
  CHECK(journal.trained() == evaluator.calls);
  int infeasible = 0;
  for (const JournalEntry& entry : journal.entries()) {
    const bool over = entry.cost.flash_bytes > task.budget.max_flash_bytes;
    CHECK((entry.trial.outcome.status == Status::kInfeasible) == over);
    infeasible += over;
  }
  CHECK(infeasible == 2);  // width 16 at the start, depth 5 at width 12
}

TEST_CASE("candidates over a limit of instructions or time are never evaluated, and the journal keeps why",
          "[search][budget]") {
  const std::vector<std::pair<Budget, std::string>> limits = {
      {{.max_instructions = 57600}, "instructions 76,800 is over the limit of 57,600"},
      {{.max_milliseconds = 57.6}, "estimated milliseconds 76.8 is over the limit of 57.6"}};
  for (const auto& [budget, reason] : limits) {
    TempDir folder;
    ToyEvaluator evaluator;
    SearchTask task;
    task.budget = budget;
    search_in(folder / "journal.jsonl", evaluator, task);
    const Journal journal(folder / "journal.jsonl");
    CHECK(journal.trained() == evaluator.calls);
    const JournalEntry& first = journal.entries().front();
    CHECK(first.trial.outcome.status == Status::kInfeasible);
    CHECK(first.trial.outcome.problem == reason);
    for (const JournalEntry& entry : journal.entries()) {
      CHECK(entry.cost.instructions == toy_cost(entry.trial.candidate.architecture).instructions);
      CHECK((entry.trial.outcome.status == Status::kInfeasible) == (entry.cost.instructions > 57600));
    }
  }
}

TEST_CASE("a budget that nothing keeps within is an error with the figures", "[search][budget]") {
  TempDir folder;
  ToyEvaluator evaluator;
  SearchTask task;
  task.budget.max_flash_bytes = 10;
  CHECK_THROWS_WITH(search_in(folder / "journal.jsonl", evaluator, task),
                    Catch::Contains("flash 48 is over the limit of 10"));
  CHECK(evaluator.calls == 0);
}

TEST_CASE("the time limit ends the search with the best so far and stays in force after a resume",
          "[search][journal]") {
  TempDir folder;
  ToyEvaluator evaluator;
  SearchTask task;
  task.max_seconds = 25;  // three candidates of ten seconds
  const Trial best = search_in(folder / "journal.jsonl", evaluator, task);
  CHECK(evaluator.calls == 3);
  CHECK(to_text(best.candidate.architecture) == "w16:s3*5");
  CHECK(Journal(folder / "journal.jsonl").end() == "time limit");
  task.max_seconds = 0;
  CHECK(search_in(folder / "journal.jsonl", evaluator, task).candidate.architecture == best.candidate.architecture);
  CHECK(evaluator.calls == 3);
}

TEST_CASE("the time limit leaves the finalists their time, and a search killed before or among them concludes the same",
          "[search][journal]") {
  TempDir folder;
  MiniNasOptions o = options();
  o.finalists = 2;
  o.finalist_epochs = 3;
  SearchTask task;
  task.max_seconds = 75;  // five candidates of two epochs in ten seconds, then six epochs more
  ToyEvaluator whole;
  search_in(folder / "whole.jsonl", whole, task, o);
  const Journal journal(folder / "whole.jsonl");
  REQUIRE(journal.entries().size() == 7);
  for (size_t i = 0; i < 7; ++i) CHECK((journal.entries()[i].trial.candidate.stage == "finalists") == (i >= 5));
  CHECK(journal.end() == "time limit");
  for (int death = 0; death < 7; ++death) {
    const auto path = folder / text("killed-", death, ".jsonl");
    ToyEvaluator first, second;
    first.die_at = death;
    CHECK_THROWS_AS(search_in(path, first, task, o), Interrupted);
    search_in(path, second, task, o);
    CHECK(read_text_file(path) == read_text_file(folder / "whole.jsonl"));
  }
}

TEST_CASE("a time limit that was not needed leaves no trace, and one network alone is no finalist",
          "[search][journal]") {
  TempDir folder;
  MiniNasOptions o = options();
  o.finalists = 2;
  ToyEvaluator unlimited, limited, alone;
  search_in(folder / "unlimited.jsonl", unlimited, {}, o);
  SearchTask task;
  task.max_seconds = 10000;
  search_in(folder / "limited.jsonl", limited, task, o);
  CHECK(Journal(folder / "limited.jsonl").end() == "finished");
  CHECK(read_text_file(folder / "limited.jsonl") == read_text_file(folder / "unlimited.jsonl"));
  task.max_seconds = 5;
  search_in(folder / "alone.jsonl", alone, task, o);
  CHECK(alone.calls == 1);
}

namespace {

// Asks for the same architecture three times, once with other epochs.
class Repeating final : public SearchStrategy {
 public:
  std::optional<Candidate> ask() override {
    if (asked_ == 3) return std::nullopt;
    return Candidate{"again", plain_architecture(8, 3), asked_++ == 1 ? 5 : 2};
  }
  Decision tell(const Trial& trial) override {
    best_ = trial;
    return {true, "told"};
  }
  int most_left() const override { return 3 - asked_; }
  std::optional<Trial> best() const override { return best_; }

 private:
  int asked_ = 0;
  std::optional<Trial> best_;
};

}  // namespace

TEST_CASE("the same question asked twice is answered by the journal", "[search][journal]") {
  TempDir folder;
  Repeating strategy;
  ToyEvaluator evaluator;
  Journal journal(folder / "journal.jsonl");
  SearchTask task;
  task.cost = toy_cost;
  run_search(strategy, evaluator, task, journal);
  CHECK(evaluator.calls == 2);
  CHECK(journal.trained() == 2);
  CHECK(journal.entries()[2].trial.outcome.from_journal);
  CHECK(journal.entries()[2].trial.outcome.score == journal.entries()[0].trial.outcome.score);
  CHECK(journal.seconds() == 20);
}

TEST_CASE("journal entries keep every value", "[search][journal]") {
  TempDir folder;
  JournalEntry entry;
  const std::vector<Architecture> ancestors = {parse_architecture("w20:s3*3"), parse_architecture("w16:s3*3")};
  entry.trial.candidate = {"kernel", parse_architecture("w16:s3,c5,s7"), 4, 2, ancestors};
  entry.cost = {1, 2, 3, 4, 5, 6, 7.5};
  entry.trial.outcome = {
      Status::kFailed, "training \"diverged\"\n", 12.25, 99.5, {1.5, 2.5}, 0.125, ~uint64_t{0}, false, 700, "f3"};
  entry.decision = {true, "because"};
  Journal(folder / "j").append(entry);
  const Journal journal(folder / "j");
  REQUIRE(journal.entries().size() == 1);
  const JournalEntry& back = journal.entries()[0];
  CHECK(back.trial.candidate.stage == "kernel");
  CHECK(back.trial.candidate.architecture == entry.trial.candidate.architecture);
  CHECK(back.trial.candidate.epochs == 4);
  CHECK(back.trial.candidate.branch_epoch == 2);
  CHECK(back.trial.candidate.ancestors == ancestors);
  CHECK(back.cost.ram_bytes == 5);
  CHECK(back.cost.instructions == 6);
  CHECK(back.cost.milliseconds == 7.5);
  CHECK(back.trial.outcome.status == Status::kFailed);
  CHECK(back.trial.outcome.problem == entry.trial.outcome.problem);
  CHECK(back.trial.outcome.score == 12.25);
  CHECK(back.trial.outcome.curve == entry.trial.outcome.curve);
  CHECK(back.trial.outcome.seed == ~uint64_t{0});
  CHECK(back.trial.outcome.image_epochs == 700);
  CHECK(journal.image_epochs() == 700);
  CHECK(back.trial.outcome.right == "f3");
  CHECK(back.decision.accepted);
  // Whoever begins with other weights is another question.
  Candidate asked = entry.trial.candidate;
  CHECK(journal.find(asked));
  asked.ancestors.pop_back();
  CHECK_FALSE(journal.find(asked));
}
