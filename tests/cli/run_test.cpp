#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "core/io/file.h"
#include "search/record/record_file.h"
#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

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

namespace {

// One search for all tests of this file, and a copy of its folder for each.
struct FinishedRun {
  FinishedRun() : answer(mininas::test::mininas(tiny_search(folder / "run"))) {}
  TempDir folder;
  Answer answer;
};

const FinishedRun& finished_run() {
  static const FinishedRun run;
  return run;
}

class RunCopy {
 public:
  RunCopy() : summary(finished_run().answer.json()) {
    fs::copy(finished_run().folder / "run", path(), fs::copy_options::recursive);
  }
  fs::path path() const { return folder_ / "run"; }
  std::string name() const { return path().string(); }
  const Record summary;

 private:
  TempDir folder_;
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
  const Answer again = mininas::test::mininas({"search", "--resume", run.name()});
  CHECK(again.status == 0);
  CHECK_THAT(again.output, Catch::Contains("VERIFIED") && Catch::Contains(run.summary.string("weights_sha256")));
  CHECK_THAT(again.output,
             Catch::Contains("an emulator counts instructions, not cycles") && Catch::Contains("ms at 16 MHz"));
}

TEST_CASE("the stages can be called one by one on what a search left", "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const Record verified = mininas::test::mininas({"verify", run.name(), "--data", kTinyData, "--json"}).json();
  CHECK(verified.to_line() == run.summary.record("verify").to_line());
  const Record floats = mininas::test::mininas({"eval", run.name(), "--data", kTinyData, "--json"}).json();
  CHECK(floats.number("accuracy") == run.summary.number("test_accuracy_float"));
  const Record integers = mininas::test::mininas({"eval", run.name(), "--int8", "--json"}).json();
  CHECK(integers.number("accuracy") == run.summary.number("test_accuracy_int8"));
  const Record inspected = mininas::test::mininas({"inspect", run.name(), "--json"}).json();
  for (const char* key : {"params", "flash_bytes", "ram_bytes", "macs"})
    CHECK(inspected.integer(key) == run.summary.integer(key));
  const Record same =
      mininas::test::mininas({"inspect", run.summary.string("architecture"), "--input", "12x12x3", "--json"}).json();
  CHECK(same.to_line() == inspected.to_line());

  const TempDir folder;
  CHECK(mininas::test::mininas({"export", run.name(), "--out", (folder / "firmware").string()}).status == 0);
  for (const char* file : {"model.c", "model.h", "mn.h", "Makefile", "README.md"})
    CHECK(read_text_file(folder / "firmware" / file) == read_text_file(run.path() / "c" / file));
}

TEST_CASE("a run's report is one page that needs nothing else, and an unfinished run has one too", "[cli][report]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  REQUIRE(mininas::test::mininas({"report", run.name()}).status == 0);
  const std::string page = read_text_file(run.path() / "report.html");
  for (const char* part :
       {"VERIFIED", "What was asked", "Candidates", "The path of the search", "Stage: depth", "Curves",
        "layer by layer", "Float against int8", "Confusion matrix", "Surest mistakes", "Made by"})
    CHECK_THAT(page, Catch::Contains(part));
  CHECK_THAT(page, Catch::Contains(run.summary.string("architecture")) &&
                       Catch::Contains(run.summary.string("weights_sha256")));
  for (const char* foreign : {"<script", "http:", "https:", "@import", "<link"})
    CHECK_THAT(page, !Catch::Contains(foreign));
  for (const char* file : {"summary.json", "evaluation.json", "quantized.bin", "network.bin", "training.json"})
    fs::remove(run.path() / file);
  REQUIRE(mininas::test::mininas({"report", run.name(), "--out", (run.path() / "second.html").string()}).status == 0);
  CHECK_THAT(read_text_file(run.path() / "second.html"),
             Catch::Contains("Not finished yet") && Catch::Contains("Stage: depth"));
}

TEST_CASE("a report of a run whose files are cut short tells which, or leaves that part out", "[cli][report]") {
  if (skipped_without("cc")) return;
  for (const char* file : {"run.json", "journal.jsonl", "training.json", "quantizing.json", "quantized.bin",
                           "evaluation.json", "summary.json"}) {
    INFO(file);
    const RunCopy run;
    const std::string whole = read_text_file(run.path() / file);
    write_text_file(run.path() / file, whole.substr(0, whole.size() / 2));
    const Answer cut = mininas::test::mininas({"report", run.name()});
    INFO(cut.errors);
    // The journal's last line may be torn: a crash leaves it so.
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

TEST_CASE("a command that needs a network which the run has not yet says how to get it", "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const auto refusal = [](std::vector<std::string> arguments) {
    const Answer answer = mininas::test::mininas(std::move(arguments));
    CHECK(answer.status == 1);
    CHECK(answer.is_one_error_line());
    return answer.errors;
  };
  fs::remove(run.path() / "quantized.bin");
  const std::string go_on = "go on with: mininas search --resume " + run.name();
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"inspect", run.name(), "--trace", "0"},
                                             {"eval", run.name(), "--int8"},
                                             {"export", run.name(), "--out", run.name() + "/firmware"},
                                             {"verify", run.name()}})
    CHECK_THAT(refusal(command), Catch::Contains("no network in integers yet") && Catch::Contains(go_on));
  fs::remove(run.path() / "network.bin");
  for (const char* command : {"inspect", "eval", "quantize"})
    CHECK_THAT(refusal({command, run.name()}), Catch::Contains("no trained network yet") && Catch::Contains(go_on));
}

TEST_CASE("a training has a report too: what was asked, its curves and its network", "[cli][report]") {
  const TempDir folder;
  const std::string out = (folder / "run").string();
  REQUIRE(mininas::test::mininas(
              {"train", "--arch", "w4:s3,c3,s5", "--data", kTinyData, "--epochs", "2", "--out", out, "--quiet"})
              .status == 0);
  const Record written = mininas::test::mininas({"report", out, "--json"}).json();
  const std::string page = read_text_file(written.string("report"));
  CHECK(static_cast<size_t>(written.integer64("bytes")) == page.size());
  for (const char* part :
       {"What was asked", "w4:s3,c3,s5", "2 epochs, seed 0", "Training: accuracy", "layer by layer", "Made by"})
    CHECK_THAT(page, Catch::Contains(part));
}

TEST_CASE("one number of a run is traced to its byte", "[cli][inspect]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const Record trace =
      mininas::test::mininas({"inspect", run.name(), "--trace", "5", "--layer", "stem", "--at", "1,2,0", "--json"})
          .json();
  CHECK(trace.records("taps").size() == 27);
  CHECK(trace.integer("byte") == trace.integer("clamped") + trace.integer("zero_point"));
  const Answer text = mininas::test::mininas({"inspect", run.name(), "--trace", "5", "--taps", "3"});
  CHECK(text.status == 0);
  CHECK_THAT(text.output,
             Catch::Contains("accumulator") && Catch::Contains("multiplier") && Catch::Contains("float network"));
  CHECK(mininas::test::mininas({"inspect", run.name(), "--trace", "40"}).status == 1);
  CHECK(mininas::test::mininas({"inspect", run.name(), "--trace", "0", "--at", "1,2"}).status == 2);
  const std::string shown =
      mininas::test::mininas({"inspect", run.name(), "--trace", "5", "--layer", "stem", "--at", "1,2,0"}).output;
  for (const char* part :
       {"place    row 1, column 2, channel 0", "zero point", "the real values they stand for", "the float network",
        "\nsum ", "\nbias ", "\naccumulator ", "\nmultiplier ", "\nshift ", "\nrounded ", "\nclamp ", "\nbyte "})
    CHECK_THAT(shown, Catch::Contains(part));
  CHECK(mininas::test::mininas({"inspect", run.name(), "--trace", "0", "--layer", "stem", "--at", "99,0,0"}).status ==
        1);
  CHECK(mininas::test::mininas({"inspect", run.name(), "--layer", "stem"}).status == 2);
}

TEST_CASE("quantising again replaces all that was made of the old integers", "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  REQUIRE(mininas::test::mininas({"quantize", run.name(), "--qat-epochs", "1", "--quiet"}).status == 0);
  CHECK_FALSE(fs::exists(run.path() / "c"));
  const Record summary = mininas::test::mininas({"search", "--resume", run.name(), "--json"}).json();
  CHECK(summary.string("quantized_sha256") != run.summary.string("quantized_sha256"));
  CHECK(summary.string("weights_sha256") == run.summary.string("weights_sha256"));
  CHECK(summary.record("verify").integer("bytes_different") == 0);
}

TEST_CASE("one wrong byte in the exported C is found, named and exit status 1", "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  std::string code = read_text_file(run.path() / "c/mn_pool.c");
  const size_t place = code.find("mn_average(");
  REQUIRE(place != std::string::npos);
  code.replace(place, 11, "1 ^ mn_average(");
  write_text_file(run.path() / "c/mn_pool.c", code);
  const Answer verified = mininas::test::mininas({"verify", run.name(), "--json", "--quiet"});
  CHECK(verified.status == 1);
  CHECK(verified.is_one_error_line());
  CHECK(verified.json().integer("bytes_different") > 0);
  CHECK_THAT(verified.errors, Catch::Contains("layer pool"));
}

TEST_CASE("a run's folder takes no second run, no other settings, no other images, and no damage", "[cli][search]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const auto refused = [](const std::vector<std::string>& arguments, int status, const std::string& expected) {
    const Answer answer = mininas::test::mininas(arguments);
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
    const Answer resumed = begun ? mininas::test::mininas({"search", "--resume", out.string(), "--json", "--threads",
                                                           number % 5 == 0 ? "2" : "1"})
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

TEST_CASE("Ctrl-C saves, tells how to go on and is exit status 130", "[cli][search]") {
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
  command.insert(command.end(), {"--score", "as-published", "--layer-fraction", "0"});
  const Answer answer = mininas::test::mininas(command);
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
  const Answer answer = mininas::test::mininas(tiny_search(out));
  CHECK(answer.status == 1);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains("another process"));
}

TEST_CASE("train measures an architecture, the same for any number of threads and after any interruption",
          "[cli][train]") {
  const TempDir folder;
  const std::vector<std::string> base = {"train", "--arch", "w4:s3,c3,s5", "--data", kTinyData, "--epochs",
                                         "3",     "--lr",   "0.01",        "--json", "--seed",  "7"};
  const auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = base;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  const Answer one = mininas::test::mininas(with({"--threads", "1", "--quiet"}));
  REQUIRE(one.status == 0);
  CHECK(one.errors.empty());
  const Record json = one.json();
  for (const char* key :
       {"train_accuracy", "test_accuracy", "best_test_accuracy", "best_epoch", "seconds", "weights_sha256", "params"})
    CHECK(json.has(key));
  const std::string digest = json.string("weights_sha256");
  CHECK(mininas::test::mininas(with({"--threads", "3"})).json().string("weights_sha256") == digest);
  CHECK(mininas::test::mininas(with({"--seed", "8"})).status == 2);

  const fs::path out = folder / "run";
  const auto started = [&] { return fs::exists(out / "checkpoints/training.checkpoint"); };
  signal_at(with({"--out", out.string(), "--threads", "1"}), started, SIGKILL);
  const Answer resumed = mininas::test::mininas({"train", "--resume", out.string(), "--json"});
  INFO(resumed.errors);
  REQUIRE(resumed.status == 0);
  CHECK(resumed.json().string("weights_sha256") == digest);
  CHECK(mininas::test::mininas({"search", "--resume", out.string()}).status == 1);

  if (skipped_without("cc")) return;
  CHECK(mininas::test::mininas({"quantize", out.string(), "--qat-epochs", "1"}).status == 0);
  CHECK(mininas::test::mininas({"verify", out.string()}).status == 0);
}

TEST_CASE("train stops after the steps asked for", "[cli][train]") {
  const std::vector<std::string> base = {"train", "--arch",  "w4:s3*3", "--data",  kTinyData, "--epochs",
                                         "50",    "--batch", "20",      "--steps", "4",       "--json"};
  const Answer answer = mininas::test::mininas(base);
  REQUIRE(answer.status == 0);
  CHECK(answer.json().integer("epochs") == 1);
}

TEST_CASE("published networks go from training to verified C", "[cli][train][named]") {
  if (skipped_without("cc")) return;
  for (const std::string name : {"resnet8", "mobilenetv2"}) {
    INFO(name);
    const TempDir folder;
    const std::string out = (folder / "run").string();
    const Answer trained =
        mininas::test::mininas({"train", "--arch", name, "--data", "synthetic:size=8,train=64,test=6", "--steps", "2",
                                "--batch", "32", "--out", out, "--json", "--quiet"});
    INFO(trained.errors);
    REQUIRE(trained.status == 0);
    CHECK(trained.json().string("architecture") == name);
    REQUIRE(mininas::test::mininas({"quantize", out, "--qat-epochs", "1", "--quiet"}).status == 0);
    const Record verified = mininas::test::mininas({"verify", out, "--json", "--quiet"}).json();
    CHECK(verified.integer("images") == 6);
    CHECK(verified.integer("bytes_different") == 0);
    CHECK(mininas::test::mininas({"eval", out, "--int8", "--json"}).json().integer("images") == 6);
    CHECK(mininas::test::mininas({"train", "--resume", out, "--json"}).json().to_line() == trained.json().to_line());
  }
}

TEST_CASE("real images go through training as generated ones do", "[cli][train][data]") {
  const char* data = std::getenv("MININAS_DATA");
  if (data == nullptr) return skip("MININAS_DATA is not set");
  const std::string folder = data;
  for (const std::string& images : {"cifar10:" + folder + "/cifar-10-batches-bin:airplane,automobile",
                                    "folder:" + folder + "/tiny-imagenet-pairs/volleyball-basketball:32x32"}) {
    const Answer answer =
        mininas::test::mininas({"train", "--arch", "w8:s3*3", "--data", images, "--steps", "10", "--json", "--quiet"});
    INFO(answer.errors);
    REQUIRE(answer.status == 0);
    CHECK(answer.json().integer("params") == 1770);
    CHECK(answer.json().number("test_accuracy") > 0.4);
  }
}
