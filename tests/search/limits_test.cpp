// The limits of a search: flash and other costs of a candidate, hours for all of them.
#include <numeric>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/search/table_session.h"
#include "tests/search/toy_search.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

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
  MiniNasOptions o = toy_options();
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
  MiniNasOptions o = toy_options();
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
