// What a search's journal keeps, what is found when it is read, and that a search goes on from any line of it.
#include "search/run/journal.h"

#include <fstream>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/search/toy_search.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// A finished search, its journal, and the evaluator that answered it.
struct Finished {
  TempDir folder;
  ToyEvaluator evaluator;
  std::filesystem::path path = folder / "journal.jsonl";
  std::string journal = (search_in(path, evaluator), read_text_file(path));
  // Where the third line begins.
  size_t third = journal.find('\n', journal.find('\n') + 1) + 1;
};

}  // namespace

TEST_CASE("a torn last line is dropped, its candidate is evaluated again", "[search][journal]") {
  const Finished whole;
  ToyEvaluator again;
  for (const size_t cut : {size_t{1}, whole.third + 1, whole.third + 40, whole.journal.size() - 1}) {
    write_text_file(whole.path, whole.journal.substr(0, cut));
    search_in(whole.path, again);
    CHECK(read_text_file(whole.path) == whole.journal);
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

namespace {

std::vector<std::string> lines_of(const std::string& content) {
  std::vector<std::string> lines;
  for (size_t start = 0; start < content.size();) {
    const size_t newline = content.find('\n', start);
    lines.push_back(content.substr(start, newline - start));
    start = newline + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string content;
  for (const std::string& line : lines) content += line + "\n";
  return content;
}

// The same events with the checks that belong to them, whatever they say.
std::string with_checks(const std::vector<std::string>& lines) {
  std::string content, check;
  for (const std::string& line : lines) {
    Record event = Record::parse(line, "test");
    event.remove("check");
    content += journal_line(event, check) + "\n";
  }
  return content;
}

// Without the sync of write_text_file, which hundreds of files would wait for.
void put(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string complaint(const std::filesystem::path& path, const std::string& content) {
  put(path, content);
  try {
    const Journal journal(path);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a journal whose events do not follow each other is refused with the line", "[search][journal]") {
  const Finished whole;
  const std::filesystem::path& path = whole.path;
  const std::vector<std::string> lines = lines_of(whole.journal);
  const std::string candidate = lines[0], decision = lines[1];
  const auto complains = [&](const std::vector<std::string>& events) { return complaint(path, with_checks(events)); };
  CHECK(complains({candidate, decision}).empty());
  CHECK_THAT(complains({decision}),
             Catch::Contains("line 1: a decision on candidate 0, of which there is no line yet"));
  CHECK_THAT(complains({lines[2]}), Catch::Contains("line 1: 'index' is 1, expected 0"));
  CHECK_THAT(complains({candidate, decision, decision}), Catch::Contains("line 3: a second decision on candidate 0"));
  CHECK_THAT(complains({candidate, R"({"decision":0})"}), Catch::Contains("line 2: 'kept' is missing"));
  CHECK_THAT(complains({candidate, R"({"decision":18446744073709551615})"}),
             Catch::Contains("line 2: 'decision' is 18446744073709551615, expected an integer"));
  CHECK_THAT(complains({R"({"end":"finished"})", R"({"time_is_up":true})"}),
             Catch::Contains("line 2: a line after the search's end"));
  CHECK_THAT(complains({R"({"index":0})"}), Catch::Contains("line 1: 'stage' is missing"));
  std::string wrong = candidate;
  wrong.replace(wrong.find("\"ok\""), 4, "\"no\"");
  CHECK_THAT(complains({wrong}), Catch::Contains("line 1: 'status' is 'no'"));
}

TEST_CASE("a journal line that was changed, removed, moved or added is found", "[search][journal]") {
  const Finished whole;
  const std::filesystem::path& path = whole.path;
  const std::vector<std::string> lines = lines_of(whole.journal);
  const auto found_in = [&](size_t line, const std::vector<std::string>& damaged) {
    INFO(line);
    CHECK_THAT(complaint(path, joined(damaged)),
               Catch::Contains(text("journal.jsonl, line ", line + 1, ": ")) &&
                   Catch::EndsWith("; delete this line and all that follow, and --resume goes on from there"));
  };
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    const auto at = static_cast<std::ptrdiff_t>(i);
    std::vector<std::string> damaged = lines;
    char& digit = damaged[i][damaged[i].find_first_of("12345678")];
    ++digit;
    found_in(i, damaged);
    damaged = lines;
    damaged.erase(damaged.begin() + at);
    found_in(i, damaged);
    damaged = lines;
    std::swap(damaged[i], damaged[i + 1]);
    found_in(i, damaged);
    damaged = lines;
    damaged.insert(damaged.begin() + at, lines[i]);
    found_in(i + 1, damaged);
    for (const char* foreign : {"", "rubbish", "{}", "null", R"({"end":"finished"})", R"({"check":1})"}) {
      damaged = lines;
      damaged.insert(damaged.begin() + at, foreign);
      found_in(i, damaged);
    }
  }
}

TEST_CASE("without a damaged line and those behind it, as its error says, a search goes on and ends the same",
          "[search][journal]") {
  const Finished whole;
  const std::vector<std::string> lines = lines_of(whole.journal);
  for (const size_t line : {size_t{0}, lines.size() / 2, lines.size() - 1}) {
    std::vector<std::string> damaged = lines;
    damaged[line].insert(1, R"("foreign":1,)");
    CHECK_THAT(complaint(whole.path, joined(damaged)), Catch::Contains("delete this line and all that follow"));
    damaged.resize(line);
    put(whole.path, joined(damaged));
    ToyEvaluator rest;
    search_in(whole.path, rest);
    CHECK(read_text_file(whole.path) == whole.journal);
  }
}

TEST_CASE("reading a journal changes nothing, even if its last line is incomplete", "[search][journal]") {
  const Finished whole;
  for (const size_t cut : {size_t{1}, whole.third, whole.third + 1, whole.third + 40}) {
    write_text_file(whole.path, whole.journal.substr(0, cut));
    const Journal reader(whole.path);
    CHECK(reader.events().size() == (cut < whole.third ? 0 : 2));
    CHECK(read_text_file(whole.path) == whole.journal.substr(0, cut));
    // The writer, who holds the file open, comes to the end of its line.
    std::ofstream(whole.path, std::ios::app) << whole.journal.substr(cut);
    CHECK(Journal(whole.path).end() == "finished");
  }
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
  CHECK(back.trial.outcome.correct == "f3");
  CHECK(back.kept());
  CHECK(back.decision->reason == "because");
  // Whoever begins with other weights is another question.
  Candidate asked = entry.trial.candidate;
  CHECK(journal.find(asked));
  asked.ancestors.pop_back();
  CHECK_FALSE(journal.find(asked));
}
