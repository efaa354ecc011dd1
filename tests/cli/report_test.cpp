// `mininas report`, and how commands that read a run's files treat damaged ones.
#include <map>

#include "core/io/file.h"
#include "tests/cli/finished_run.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

TEST_CASE("a run's report is one page that needs nothing else, and an unfinished run has one too", "[cli][report]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  REQUIRE(mininas::test::mininas({"report", run.name()}).status == 0);
  const std::string page = read_text_file(run.path() / "report.html");
  for (const char* part :
       {"VERIFIED", "Settings", "Candidates", "Steps of the search", "Stage: depth", "Curves", "layer by layer",
        "Float against int8", "Confusion matrix", "Most confident mistakes", "Made by"})
    CHECK_THAT(page, Catch::Contains(part));
  CHECK_THAT(page, Catch::Contains(run.summary.string("architecture")) &&
                       Catch::Contains(run.summary.string("weights_sha256")));
  // The most important parts for the user come first, settings last.
  size_t before = 0;
  for (const char* heading :
       {"one standard error", "<nav", ">Most confident mistakes</h2>", ">Confusion matrix</h2>", ">Candidates</h2>",
        ">Steps of the search</h2>", "layer by layer</h2>", "The arena over time", ">Settings</h2>"}) {
    INFO(heading);
    const size_t at = page.find(heading);
    REQUIRE(at != std::string::npos);
    CHECK(at > before);
    before = at;
  }
  CHECK_THAT(page, Catch::Contains("<main>") &&
                       Catch::Contains("class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label") &&
                       Catch::Contains("@media print") && Catch::Contains("where always naming the commonest class"));
  for (const char* foreign : {"<script", "http:", "https:", "@import", "<link"})
    CHECK_THAT(page, !Catch::Contains(foreign));
  for (const char* file : {"summary.json", "evaluation.json", "quantized.bin", "network.bin", "training.json"})
    fs::remove(run.path() / file);
  REQUIRE(mininas::test::mininas({"report", run.name(), "--out", (run.path() / "second.html").string()}).status == 0);
  CHECK_THAT(read_text_file(run.path() / "second.html"),
             Catch::Contains("Not finished yet") && Catch::Contains("Stage: depth") &&
                 Catch::Contains("of training so far") && Catch::Contains("mininas search --resume " + run.name()));
}

TEST_CASE("a report of a run whose files are cut short tells which, or leaves that part out", "[cli][report]") {
  if (skipped_without("cc")) return;
  for (const char* file : {"run.json", "journal.jsonl", "training.json", "quantizing.json", "quantized.bin",
                           "evaluation.json", "summary.json"}) {
    INFO(file);
    const RunCopy run;
    const std::string whole = read_text_file(run.path() / file);
    write_text_file(run.path() / file, whole.substr(0, whole.size() / 2));
    const ProgramResult cut = mininas::test::mininas({"report", run.name()});
    INFO(cut.errors);
    // The last line of the journal may be incomplete, as after a crash.
    if (std::string(file) == "journal.jsonl") {
      CHECK(cut.status == 0);
      continue;
    }
    CHECK(cut.status == 1);
    CHECK(cut.is_one_error_line());
    CHECK_THAT(cut.errors, Catch::Contains(file));
    CHECK_FALSE(fs::exists(run.path() / "report.html"));
  }
}

namespace {

// Every file below `folder` with its bytes.
std::map<fs::path, std::string> content_of(const fs::path& folder) {
  std::map<fs::path, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    files[entry.path()] = entry.is_regular_file() ? read_text_file(entry.path()) : "";
  return files;
}

}  // namespace

TEST_CASE("reading a run that another process writes changes nothing in it", "[cli][report]") {
  if (skipped_without("cc")) return;
  const TempDir elsewhere;
  const RunCopy run;
  const std::string journal = read_text_file(run.path() / "journal.jsonl");
  write_text_file(run.path() / "journal.jsonl", journal.substr(0, journal.size() / 2));  // in the middle of a line
  const FolderLock other_process(run.path());
  const auto before = content_of(run.path());
  const std::vector<std::vector<std::string>> readers = {
      {"report", run.name(), "--out", (elsewhere / "page.html").string()},
      {"inspect", run.name()},
      {"inspect", run.name(), "--trace", "0"},
      {"eval", run.name()},
      {"eval", run.name(), "--int8", "--json"},
      {"export", run.name(), "--out", (elsewhere / "c").string()}};
  for (const auto& reader : readers) {
    INFO(reader[0]);
    CHECK(mininas::test::mininas(reader).status == 0);
    CHECK(content_of(run.path()) == before);
  }
  const ProgramResult page = mininas::test::mininas({"report", run.name()});
  CHECK(page.status == 0);
  auto with_page = before;
  with_page[run.path() / "report.html"] = read_text_file(run.path() / "report.html");
  CHECK(content_of(run.path()) == with_page);
  // Commands that write are told that the run is in use.
  const std::vector<std::vector<std::string>> writers = {
      {"search", "--resume", run.name()}, {"quantize", run.name()}, {"verify", run.name()}};
  for (const auto& writer : writers) {
    const ProgramResult refused = mininas::test::mininas(writer);
    CHECK(refused.status == 1);
    CHECK_THAT(refused.errors, Catch::Contains("another process is using this run"));
  }
  CHECK(content_of(run.path()) == with_page);
}

TEST_CASE("one changed digit in a run's JSON files is found when the file is read", "[cli][search][report]") {
  if (skipped_without("cc")) return;
  for (const char* file : {"run.json", "training.json", "quantizing.json", "evaluation.json", "summary.json"}) {
    INFO(file);
    const RunCopy run;
    std::string page = read_text_file(run.path() / file);
    const size_t digit =
        page.find_first_of("12345678", page.find("seconds") == std::string::npos ? 0 : page.find("seconds"));
    ++page[digit];
    write_text_file(run.path() / file, page);
    std::vector<std::vector<std::string>> readers = {{"report", run.name()}};
    if (std::string(file) == "summary.json") readers.push_back({"search", "--resume", run.name()});
    for (const auto& reader : readers) {
      const ProgramResult answer = mininas::test::mininas(reader);
      CHECK(answer.status == 1);
      CHECK(answer.is_one_error_line());
      CHECK_THAT(answer.errors, Catch::Contains(std::string(file) + ": its content does not match its digest"));
      CHECK_THAT(answer.output, !Catch::Contains("VERIFIED"));
    }
  }
}

TEST_CASE("a training has a report too: settings, curves and network", "[cli][report]") {
  const TempDir folder;
  const std::string out = (folder / "run").string();
  REQUIRE(mininas::test::mininas(
              {"train", "--arch", "w4:s3,c3,s5", "--data", kTinyData, "--epochs", "2", "--out", out, "--quiet"})
              .status == 0);
  const Record written = mininas::test::mininas({"report", out, "--json"}).json();
  const std::string page = read_text_file(written.string("report"));
  CHECK(static_cast<size_t>(written.integer64("bytes")) == page.size());
  for (const char* part :
       {"Settings", "w4:s3,c3,s5", "2 epochs, seed 0", "Training: accuracy", "layer by layer", "Made by"})
    CHECK_THAT(page, Catch::Contains(part));
}
