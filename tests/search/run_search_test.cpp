#include "search/run/run_search.h"

#include <numeric>

#include "core/error.h"
#include "core/io/file.h"
#include "search/methods/mini_nas.h"
#include "tests/search/table_session.h"
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
    outcome.score = 60 + candidate.architecture.chain().width * 0.2 + candidate.architecture.chain().depth() * 2;
    for (size_t i = 0; i < candidate.architecture.chain().layers.size(); ++i) {
      const SearchedLayer& layer = candidate.architecture.chain().layers[i];
      if (layer.operation == Operation::kConv) outcome.score += i % 2 == 0 ? 0.5 : -0.5;
      if (layer.kernel == 5) outcome.score += i == 2 ? 1 : -1;
    }
    outcome.seconds = 10;
    outcome.curve = {50.0, outcome.score};
    outcome.seed = 3;
    return outcome;
  }
  void recorded(int index) override { recorded_indices.push_back(index); }
  void decided(const Candidate&, bool) override { ++decisions; }
  void finish() override { ++finished; }

  int calls = 0, die_at = -1, finished = 0, decisions = 0;
  std::vector<int> recorded_indices;
};

Cost toy_cost(const Architecture& architecture) {
  const Chain& a = architecture.chain();
  Cost cost;
  cost.parameters = cost.flash_bytes = a.width * a.width * a.depth();
  cost.instructions = 100 * cost.flash_bytes;
  cost.milliseconds = static_cast<double>(cost.instructions) / 1000;
  return cost;
}

// Mini-NAS by its name, with these options.
std::unique_ptr<Method> method_with(MiniNasOptions o) {
  auto method = make_method("mini-nas");
  from_record(method->fields(), to_record(option_fields(o)));
  return method;
}

Trial search_in(const std::filesystem::path& journal_path, ToyEvaluator& evaluator, SearchTask task = {},
                const MiniNasOptions& o = options()) {
  Journal journal(journal_path);
  task.task = {{32, 32, 3}, 2, 1000};
  task.cost = toy_cost;
  return *run_search(*method_with(o), evaluator, task, journal).best;
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
    if (!entry.kept()) continue;
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
    mininas::test::TableSession session([](const Candidate&) { return mininas::test::score(50); });
    mini_nas(session, o);
    return session.steps.front().trial.candidate.branch_epoch;
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

TEST_CASE("a search killed after any line of its journal goes on and leaves the same journal", "[search][journal]") {
  TempDir folder;
  ToyEvaluator whole;
  const auto path = folder / "journal.jsonl";
  MiniNasOptions o = options();
  o.finalists = 2;
  search_in(path, whole, {}, o);
  const std::string journal = read_text_file(path);
  int lines = 0, candidates = 0;
  for (size_t end = 0; end != std::string::npos; end = journal.find('\n', end + 1), ++lines) {
    const std::string kept = journal.substr(0, end == 0 ? 0 : end + 1);
    candidates = static_cast<int>(Journal((write_text_file(path, kept), path)).trained());
    ToyEvaluator rest;
    search_in(path, rest, {}, o);
    CHECK(read_text_file(path) == journal);
    CHECK(rest.calls == whole.calls - candidates);
  }
  CHECK(lines > 2 * whole.calls);  // a line for the outcome and one for the decision
}

TEST_CASE("a finished search is not asked again", "[search][journal]") {
  TempDir folder;
  ToyEvaluator first, second;
  const Trial a = search_in(folder / "journal.jsonl", first);
  const Trial b = search_in(folder / "journal.jsonl", second);
  CHECK(second.calls == 0);
  CHECK(a.candidate.architecture == b.candidate.architecture);
  CHECK(Journal(folder / "journal.jsonl").end() == "finished");
  std::vector<int> all(static_cast<size_t>(first.calls));
  std::iota(all.begin(), all.end(), 0);
  CHECK(first.recorded_indices == all);
  CHECK(second.recorded_indices == all);  // what a kill may have left is removed
  CHECK(first.decisions == first.calls);
  CHECK(second.decisions == 0);
  CHECK(first.finished == 1);
  CHECK(second.finished == 1);
}

TEST_CASE("a journal of another search is refused with its line", "[search][journal]") {
  TempDir folder;
  ToyEvaluator evaluator;
  const auto path = folder / "journal.jsonl";
  search_in(path, evaluator);
  const auto refused = [&](auto change) {
    MiniNasOptions other = options();
    change(other);
    try {
      search_in(path, evaluator, {}, other);
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refused([](auto& o) { o.epochs = 7; }), Catch::Contains("journal.jsonl, line 1: expected candidate") &&
                                                         Catch::Contains("but the search asks for") &&
                                                         Catch::Contains("another search"));
  CHECK_THAT(refused([](auto& o) { o.depth_gain = 50; }), Catch::Contains("line 4") && Catch::Contains("rejects"));
  CHECK_THAT(refused([](auto& o) { o.warm_epochs = 1; }), Catch::Contains("line ") && Catch::Contains("from epoch"));
  CHECK_THAT(refused([](auto& o) { o.layer_fraction = 0; }), Catch::Contains("the search is over"));
  CHECK_THAT(refused([](auto& o) { o.finalists = 2; }), Catch::Contains("expected the end"));
}

TEST_CASE("a damaged journal line is named", "[search][journal]") {
  TempDir folder;
  ToyEvaluator evaluator;
  const auto path = folder / "journal.jsonl";
  search_in(path, evaluator);
  const std::string journal = read_text_file(path);
  const size_t second = journal.find('\n') + 1, third = journal.find('\n', second) + 1;
  const auto lines = [&](const std::string& more) { write_text_file(path, journal.substr(0, third) + more); };
  write_text_file(path, journal.substr(0, second) + "rubbish\n" + journal.substr(second));
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 2") && Catch::Contains("JSON"));
  write_text_file(path, journal.substr(second));
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 1: a decision on candidate 0, of which there is no line yet"));
  write_text_file(path, journal.substr(third));
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 1") && Catch::Contains("'index' is 1, expected 0"));
  lines(journal.substr(second, third - second));
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 3: a second decision on candidate 0"));
  lines("{\"decision\":0}\n");
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 3"));
  lines("{\"end\":\"finished\"}\n{\"time_is_up\":true}\n");
  CHECK_THROWS_WITH(Journal(path), Catch::Contains("line 4: a line after the search's end"));
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
  CHECK(best.candidate.architecture.chain().width == 8);
  CHECK(best.candidate.architecture.chain().depth() == 5);
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

// Runs a function in place of a method of the table.
class Scripted final : public Method {
 public:
  explicit Scripted(std::function<Found(Session&)> script) : script_(std::move(script)) {}
  std::string name() const override { return "scripted"; }
  std::string summary() const override { return ""; }
  std::string paper() const override { return ""; }
  std::vector<PresetName> presets() const override { return {}; }
  void choose_preset(const std::string&) override {}
  std::string preset() const override { return ""; }
  OptionFields fields() override { return {}; }
  void validate() const override {}
  Found run(Session& session) const override { return script_(session); }
  std::string rule(const std::string&) const override { return ""; }
  void adjust_recipe(TrainConfig&) const override {}

 private:
  const std::function<Found(Session&)> script_;
};

SearchTask toy_task() {
  SearchTask task;
  task.cost = toy_cost;
  return task;
}

Found found(const Trial& trial) { return {{trial.candidate.architecture}, trial}; }

}  // namespace

TEST_CASE("the same question asked twice is answered by the journal, within one call too", "[search][journal]") {
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

TEST_CASE("candidates asked together are answered in the order asked, and killed among them the search goes on there",
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
    task.max_seconds = limit;  // ten seconds a candidate of two epochs: three, of which the last is set aside
    run_search(method, evaluator, task, journal);
    CHECK(evaluator.calls == (limit == 45.0 ? 5 : 0));
    CHECK(journal.entries().size() == 5);
    CHECK(journal.end() == "time limit");
  }
  CHECK(asked_late == 3);
}

TEST_CASE("journal entries keep every value", "[search][journal]") {
  TempDir folder;
  JournalEntry entry;
  const std::vector<Architecture> ancestors = {parse_architecture("w20:s3*3"), parse_architecture("w16:s3*3")};
  entry.trial.candidate = {"kernel", parse_architecture("w16:s3,c5,s7"), 4, 2, ancestors};
  entry.cost = {1, 2, 3, 4, 5, 6, 7.5};
  entry.trial.outcome = {
      Status::kFailed, "training \"diverged\"\n", 12.25, 99.5, {1.5, 2.5}, 0.125, ~uint64_t{0}, false, 700, "f3"};
  {
    Journal journal(folder / "j");
    journal.append(entry);
    journal.append_decision(0, {true, "because"});
  }
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
  CHECK(back.kept());
  CHECK(back.decision->reason == "because");
  // Whoever begins with other weights is another question.
  Candidate asked = entry.trial.candidate;
  CHECK(journal.find(asked));
  asked.ancestors.pop_back();
  CHECK_FALSE(journal.find(asked));
}
