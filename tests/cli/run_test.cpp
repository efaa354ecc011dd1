// `mininas search`: what it leaves, and that it goes on after any interruption.
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "core/io/file.h"
#include "search/record/record_file.h"
#include "tests/cli/finished_run.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

size_t lines_in(const fs::path& file) {
  if (!fs::exists(file)) return 0;
  const std::string content = read_text_file(file);
  return static_cast<size_t>(std::count(content.begin(), content.end(), '\n'));
}

bool holds_branch(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".network") return true;
  return false;
}

struct Moment {
  std::string name;
  std::function<bool(const fs::path& run)> reached;
};

// Where a run is killed. Some are passed within milliseconds: a run that got further than that, or to its end, must
// resume as well.
const std::vector<Moment> kMoments = {
    {"after its folder was made", [](const fs::path& run) { return fs::exists(run); }},
    {"after run.json", [](const fs::path& run) { return fs::exists(run / "run.json"); }},
    {"in the first candidate",
     [](const fs::path& run) { return fs::exists(run / "checkpoints/candidate-0.checkpoint"); }},
    {"where warm starts will branch off",
     [](const fs::path& run) { return fs::exists(run / "checkpoints") && holds_branch(run / "checkpoints"); }},
    {"after three candidates", [](const fs::path& run) { return lines_in(run / "journal.jsonl") >= 6; }},
    {"in the fifth candidate",
     [](const fs::path& run) { return fs::exists(run / "checkpoints/candidate-4.checkpoint"); }},
    {"in the final training", [](const fs::path& run) { return fs::exists(run / "checkpoints/training.checkpoint"); }},
    {"after the final training", [](const fs::path& run) { return fs::exists(run / "network.bin"); }},
    {"while it quantises", [](const fs::path& run) { return fs::exists(run / "checkpoints/quantizing.checkpoint"); }},
    {"after it quantised", [](const fs::path& run) { return fs::exists(run / "quantized.bin"); }},
    {"while it verifies", [](const fs::path& run) { return fs::exists(run / "c"); }},
};

}  // namespace

TEST_CASE("a search goes from images to verified C, and leaves a record of itself", "[cli][search]") {
  if (skipped_without("cc")) return;
  INFO(finished_run().answer.errors);
  REQUIRE(finished_run().answer.status == 0);
  const RunCopy run;
  CHECK(run.summary.to_line() == read_record(run.path() / "summary.json").to_line());
  for (const char* key :
       {"architecture", "params", "flash_bytes", "code_bytes", "ram_bytes", "macs", "test_accuracy_float",
        "test_accuracy_int8", "candidates_trained", "seconds", "weights_sha256", "verify", "seed", "command", "data",
        "board", "instructions", "clock_hz", "milliseconds"})
    CHECK(run.summary.has(key));
  CHECK(run.summary.number("milliseconds") == Approx(run.summary.number("instructions") / 16000));
  const Record verify = run.summary.record("verify");
  CHECK(verify.integer("images") == 40);
  CHECK(verify.integer("bytes_different") == 0);
  CHECK(verify.integer("bytes_compared") > 0);
  // A line for each candidate, one for each decision, and one for the end.
  CHECK(2 * run.summary.integer("candidates") + 1 == static_cast<int>(lines_in(run.path() / "journal.jsonl")));
  CHECK(fs::is_empty(run.path() / "checkpoints"));
  const ProgramResult again = mininas::test::mininas({"search", "--resume", run.name()});
  CHECK(again.status == 0);
  CHECK_THAT(again.output, Catch::Contains("VERIFIED") && Catch::Contains(run.summary.string("weights_sha256")));
  CHECK_THAT(again.output,
             Catch::Contains("an emulator counts instructions, not cycles") && Catch::Contains("ms at 16 MHz"));
}

TEST_CASE("a run's folder takes no second run, no other settings, no other images, and no damage", "[cli][search]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const auto refused = [](const std::vector<std::string>& arguments, int status, const std::string& expected) {
    const ProgramResult answer = mininas::test::mininas(arguments);
    INFO(answer.errors);
    CHECK(answer.status == status);
    CHECK(answer.is_one_error_line());
    CHECK_THAT(answer.errors, Catch::Contains(expected));
  };
  refused(tiny_search(run.path()), 1, "go on with it by --resume");
  refused({"search", "--resume", run.name(), "--final-epochs", "5"}, 2, "--final-epochs cannot go with --resume");
  refused({"train", "--resume", run.name()}, 1, "is a run of `mininas search`");
  refused({"search", "--resume", run.name(), "--data", "synthetic:size=12,train=302,test=40"}, 1,
          "training images have changed");
  fs::remove(run.path() / "summary.json");
  std::string bytes = read_text_file(run.path() / "network.bin");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_text_file(run.path() / "network.bin", bytes);
  refused({"eval", run.name()}, 1, "network.bin");
  refused({"quantize", run.name(), "--quiet"}, 1, "network.bin");
}

TEST_CASE("a run.json of another version of the program is refused with the key", "[cli][search]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const Record whole = read_record(run.path() / "run.json");
  const auto refused = [&](const Record& settings, const std::string& expected) {
    Record changed = whole;
    write_record(run.path() / "run.json", changed.set("settings", settings));
    const ProgramResult answer = mininas::test::mininas({"search", "--resume", run.name()});
    CHECK(answer.status == 1);
    CHECK(answer.is_one_error_line());
    CHECK_THAT(answer.errors, Catch::Contains("run.json: settings" + expected));
  };
  Record settings = whole.record("settings"), recipe = settings.record("recipe");
  refused(settings.set("recipe", recipe.set("warmth", 3)), ": recipe: unknown key 'warmth'");
  settings = whole.record("settings");
  refused(settings.set("colour", "red"), ": unknown key 'colour'");
  settings = whole.record("settings");
  refused(settings.set("score", "odd"), ": 'score' is 'odd', expected validation, as-published or balanced");
  settings = whole.record("settings");
  refused(settings.set("method", "magic"), ": 'method' is 'magic', expected ");
}

TEST_CASE("a run from before there was an option is read with what was done then", "[cli][search]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  Record whole = read_record(run.path() / "run.json"), settings = whole.record("settings"),
         recipe = settings.record("recipe");
  recipe.remove("tone");
  recipe.remove("negative");
  write_record(run.path() / "run.json", whole.set("settings", settings.set("recipe", recipe)));
  const ProgramResult answer = mininas::test::mininas({"search", "--resume", run.name()});
  CHECK(answer.status == 0);
  CHECK_THAT(answer.output, Catch::Contains("VERIFIED"));
}

TEST_CASE("a run that was killed at any moment resumes to the same network", "[cli][search][kill]") {
  if (skipped_without("cc")) return;
  const TempDir folder;
  const Record expected = finished_run().answer.json();
  const size_t expected_lines = lines_in(finished_run().folder / "run" / "journal.jsonl");
  int killed = 0, number = 0;
  for (const Moment& moment : kMoments) {
    INFO("killed " << moment.name);
    const fs::path out = folder / ("killed-" + std::to_string(number++));
    killed += signal_at(
                  tiny_search(out), [&] { return moment.reached(out); }, SIGKILL) == 128 + SIGKILL;
    // Before run.json there is nothing to go on with, and nothing in the way of a new start.
    const bool begun = fs::exists(out / "run.json");
    const ProgramResult resumed = begun ? mininas::test::mininas({"search", "--resume", out.string(), "--json",
                                                                  "--threads", number % 5 == 0 ? "2" : "1"})
                                        : mininas::test::mininas(tiny_search(out));
    INFO(resumed.errors);
    REQUIRE(resumed.status == 0);
    const Record json = resumed.json();
    CHECK(json.string("architecture") == expected.string("architecture"));
    CHECK(json.string("weights_sha256") == expected.string("weights_sha256"));
    CHECK(json.string("quantized_sha256") == expected.string("quantized_sha256"));
    CHECK(json.integer("candidates_trained") == expected.integer("candidates_trained"));
    CHECK(json.integer64("search_image_epochs") == expected.integer64("search_image_epochs"));
    CHECK(lines_in(out / "journal.jsonl") == expected_lines);
  }
  CHECK(killed >= 6);
}

TEST_CASE("Ctrl-C saves, says how to continue and exits with status 130", "[cli][search]") {
  if (skipped_without("cc")) return;
  const TempDir folder;
  const fs::path out = folder / "run";
  std::string errors;
  const int status = signal_at(
      tiny_search(out), [&] { return lines_in(out / "journal.jsonl") >= 1; }, SIGINT, &errors);
  CHECK(status == 130);
  CHECK_THAT(errors, Catch::Contains("go on with: mininas search --resume " + out.string()));
  CHECK(mininas::test::mininas({"search", "--resume", out.string(), "--quiet", "--threads", "1"}).status == 0);
}

TEST_CASE("everything made of scores on the test images says so", "[cli][search]") {
  if (skipped_without("cc")) return;
  const TempDir folder;
  auto command = tiny_search(folder / "run");
  const auto fraction = std::find(command.begin(), command.end(), "--validation-fraction");
  REQUIRE(fraction != command.end());
  command.erase(fraction, fraction + 2);  // no images are set aside
  command.insert(command.end(), {"--score", "as-published", "--layer-fraction", "0"});
  const ProgramResult answer = mininas::test::mininas(command);
  INFO(answer.errors);
  REQUIRE(answer.status == 0);
  CHECK_THAT(answer.json().string("label"), Catch::StartsWith("AS PUBLISHED"));
  CHECK_THAT(answer.errors, Catch::Contains("AS PUBLISHED"));
  CHECK_THAT(mininas::test::mininas({"search", "--resume", (folder / "run").string()}).output,
             Catch::Contains("AS PUBLISHED"));
  const std::string run = (folder / "run").string();
  CHECK_THAT(mininas::test::mininas({"eval", run}).output, Catch::StartsWith("AS PUBLISHED"));
  CHECK_THAT(mininas::test::mininas({"eval", run, "--json"}).json().string("label"), Catch::StartsWith("AS PUBLISHED"));
  REQUIRE(mininas::test::mininas({"export", run, "--out", (folder / "firmware").string()}).status == 0);
  CHECK_THAT(read_text_file(folder / "firmware/AS-PUBLISHED.txt"), Catch::Contains("AS PUBLISHED"));
  for (const char* place : {"AS-PUBLISHED.txt", "c/AS-PUBLISHED.txt", "journal.jsonl", "summary.json"})
    CHECK_THAT(read_text_file(folder / "run" / place), Catch::Contains("AS PUBLISHED"));
  CHECK_THAT(read_text_file(folder / "run/run.json"), Catch::Contains("\"schedule\": \"as-published\""));
  CHECK_FALSE(finished_run().answer.json().has("label"));
  fs::remove(folder / "run/summary.json");  // an unfinished run is labelled as well
  REQUIRE(mininas::test::mininas({"report", run}).status == 0);
  CHECK_THAT(read_text_file(folder / "run/report.html"),
             Catch::Contains("AS PUBLISHED: candidates were scored on the test images"));
}

TEST_CASE("a run that another process uses is refused", "[cli][search]") {
  const TempDir folder;
  const fs::path out = folder / "run";
  fs::create_directory(out);
  const FolderLock lock(out);
  const ProgramResult answer = mininas::test::mininas(tiny_search(out));
  CHECK(answer.status == 1);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains("another process"));
}
