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
  MiniNasOptions o = toy_options();
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
