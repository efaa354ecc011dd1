#include "search/run/run_search.h"

#include <numeric>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/search/table_session.h"
#include "tests/search/toy_search.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

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
  MiniNasOptions o = toy_options();
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
    MiniNasOptions o = toy_options();
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

TEST_CASE("a finished search is not evaluated again", "[search][journal]") {
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
  CHECK(second.recorded_indices == all);  // files that a kill may have left are removed
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
    MiniNasOptions other = toy_options();
    change(other);
    try {
      search_in(path, evaluator, {}, other);
    } catch (const FormatError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refused([](auto& o) { o.epochs = 7; }), Catch::Contains("journal.jsonl, line 1: expected candidate") &&
                                                         Catch::Contains("but the search evaluates") &&
                                                         Catch::Contains("another search"));
  CHECK_THAT(refused([](auto& o) { o.depth_gain = 50; }), Catch::Contains("line 4") && Catch::Contains("rejects"));
  CHECK_THAT(refused([](auto& o) { o.warm_epochs = 1; }), Catch::Contains("line ") && Catch::Contains("from epoch"));
  CHECK_THAT(refused([](auto& o) { o.layer_fraction = 0; }), Catch::Contains("the search is over"));
  CHECK_THAT(refused([](auto& o) { o.finalists = 2; }), Catch::Contains("expected the end"));
}
