// What follows a search: its candidates and the front of them, one of them finished, runs compared, tables; and going
// on: with new limits, for more epochs, from a run's weights.
#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "core/io/file.h"
#include "search/record/record_file.h"
#include "tests/cli/finished_run.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

Record json_of(const std::vector<std::string>& arguments) {
  const ProgramResult answer = mininas::test::mininas(arguments);
  INFO(answer.errors);
  REQUIRE(answer.status == 0);
  return answer.json();
}

void check_refused(const std::vector<std::string>& arguments, int status, const std::string& expected) {
  const ProgramResult answer = mininas::test::mininas(arguments);
  INFO(answer.errors);
  CHECK(answer.status == status);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains(expected));
}

// `mininas train` with a short recipe.
std::vector<std::string> train_tiny(const std::vector<std::string>& more) {
  std::vector<std::string> words = {"train", "--cutout", "0", "--quiet", "--json"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("beside an accuracy stand the mean of the classes and the worst class, beside scores chance and error",
          "[cli][choose]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const Record eval = json_of({"eval", run.name(), "--int8", "--json"});
  double sum = 0, least = 1;
  for (const Record& c : eval.records("classes")) {
    sum += c.number("accuracy");
    least = std::min(least, c.number("accuracy"));
  }
  for (const Record& record : {eval, run.summary}) {
    CHECK(record.number("balanced_accuracy") == Approx(sum / 2));
    CHECK(record.number("worst_class_accuracy") == least);
    CHECK(!record.string("worst_class").empty());
  }
  CHECK(run.summary.integer("score_images") == 90);  // three tenths of 300
  CHECK(run.summary.number("score_chance") == Approx(50).margin(2));
  CHECK(run.summary.number("score_best") <= 100);
  CHECK(run.summary.string("code_for") == "Cortex-M4 at -Os");
  CHECK(run.summary.string("instructions_flag") == "-O2");
  const std::string shown = mininas::test::mininas({"search", "--resume", run.name()}).output;
  CHECK_THAT(shown, Catch::Contains("mean of the classes; worst class '") && Catch::Contains("chance is ") &&
                        Catch::Contains("code for Cortex-M4 at -Os") && Catch::Contains("on Cortex-M4 at -O2"));
  REQUIRE(mininas::test::mininas({"report", run.name()}).status == 0);
  CHECK_THAT(read_text_file(run.path() / "report.html"), Catch::Contains("of the worst class, ") &&
                                                             Catch::Contains("chance is ") &&
                                                             Catch::Contains("Pareto front"));
}

TEST_CASE("a search's candidates are listed with the front, and any of them can be finished as the search would have",
          "[cli][choose]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const std::vector<Record> all = json_of({"candidates", run.name(), "--json"}).records("candidates");
  const std::vector<Record> front = json_of({"candidates", run.name(), "--front", "--json"}).records("candidates");
  CHECK(all.size() == static_cast<size_t>(run.summary.integer("candidates")));
  REQUIRE(!front.empty());
  CHECK(front.size() < all.size());
  CHECK(std::all_of(front.begin(), front.end(), [](const Record& c) { return c.boolean("front"); }));
  const ProgramResult csv = mininas::test::mininas({"candidates", run.name(), "--csv"});
  CHECK(std::count(csv.output.begin(), csv.output.end(), '\n') == static_cast<int>(all.size()) + 1);
  CHECK_THAT(mininas::test::mininas({"candidates", run.name()}).output, Catch::Contains("mininas take " + run.name()));

  // The one that the search itself finished comes out the same.
  const auto its = std::find_if(all.begin(), all.end(), [&](const Record& c) {
    return c.string("architecture") == run.summary.string("architecture");
  });
  REQUIRE(its != all.end());
  const TempDir folder;
  const std::string number = std::to_string(its->integer("number")), out = folder / "taken";
  const Record taken = json_of({"take", run.name(), number, "--out", out, "--json", "--quiet"});
  for (const char* key : {"architecture", "weights_sha256", "quantized_sha256"})
    CHECK(taken.string(key) == run.summary.string(key));
  CHECK(taken.integer64("instructions") == run.summary.integer64("instructions"));
  CHECK(taken.record("verify").integer("bytes_different") == 0);
  CHECK_FALSE(taken.has("candidates"));
  CHECK(json_of({"take", run.name(), number, "--out", out, "--json"}).to_line() == taken.to_line());
  CHECK(json_of({"eval", out, "--int8", "--json"}).number("accuracy") == taken.number("test_accuracy_int8"));
  CHECK(mininas::test::mininas({"report", out}).status == 0);
  check_refused({"take", run.name(), number == "1" ? "2" : "1", "--out", out}, 1, "holds another run");
  check_refused({"take", run.name(), "99", "--out", out}, 2, "expected the number of a candidate, 1 to ");
  check_refused({"candidates", out}, 1, "is a run of `mininas take`, expected one of `mininas search`");

  const Record compared = json_of({"compare", run.name(), out, "--json", "--page", folder / "page.html"});
  const std::vector<Record> runs = compared.records("runs");
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].string("method") == "mini-nas-fast");
  CHECK(runs[1].string("method") == "take");
  CHECK(runs[0].number("test_accuracy") == runs[1].number("test_accuracy"));
  CHECK_THAT(compared.strings("notes").back(), Catch::Contains("chance may have done that"));
  CHECK_THAT(read_text_file(folder / "page.html"), Catch::Contains("2 runs compared") && Catch::Contains(out));
  CHECK_THAT(mininas::test::mininas({"compare", run.name(), out, "--csv"}).output,
             Catch::StartsWith("run,method,architecture,test_accuracy,"));

  check_refused({"compare", run.name()}, 2, "expected two or more runs");

  REQUIRE(mininas::test::mininas({"report", run.name(), "--csv"}).status == 0);
  CHECK(read_text_file(run.path() / "candidates.csv") == csv.output);
  CHECK_THAT(read_text_file(run.path() / "curves.csv"), Catch::Contains("\nsearch,1,1,") &&
                                                            Catch::Contains("\ntraining,,3,") &&
                                                            Catch::Contains("\nquantisation,,2,"));
  // The final training shows the test images beside the training images.
  CHECK(read_record(run.path() / "training.json").records("epochs").back().number("eval_accuracy") ==
        run.summary.number("test_accuracy_float"));
}

TEST_CASE("a search for several limits finishes and verifies members of its front, and resumes to them",
          "[cli][choose]") {
  if (skipped_without("cc")) return;
  const TempDir folder;
  const fs::path out = folder / "run";
  auto command = words_of(
      "search --method random --candidates 4 --min-width 4 --max-width 8 --max-depth 4 --kernels 5 --candidate-epochs "
      "2 "
      "--final-epochs 1 --qat-epochs 1 --lr 0.05 --cutout 0 --validation-fraction 0.3 --epoch-steps 0 --threads 1 "
      "--pareto 2 --quiet");
  command.insert(command.end(), {"--data", kTinyData, "--out", out.string()});
  signal_at(
      command, [&] { return fs::exists(out / "front"); }, SIGKILL);
  const Record found = json_of({"search", "--resume", out.string(), "--json", "--quiet"});
  const std::vector<Record> front = found.records("front");
  REQUIRE(front.size() == 2);
  CHECK(front[0].integer64("flash_bytes") < front[1].integer64("flash_bytes"));
  for (const Record& member : front) {
    CHECK(member.string("architecture") != found.string("architecture"));
    CHECK(member.record("verify").integer("bytes_different") == 0);
    CHECK(fs::exists(out / "front" / std::to_string(member.integer("candidate")) / "c/model.c"));
  }

  // The page links the members' pages; one that is not finished names the search's command as the way to go on.
  const auto page = [&](const fs::path& run) { return read_text_file(run / "report.html"); };
  const std::string first = "front/" + std::to_string(front[0].integer("candidate"));
  fs::remove(out / first / "summary.json");
  REQUIRE(mininas::test::mininas({"report", out.string()}).status == 0);
  CHECK_THAT(page(out), Catch::Contains("<a href=\"" + first + "/report.html\">"));
  CHECK_THAT(page(out), Catch::Contains("not finished yet"));
  CHECK_THAT(page(out / first), Catch::Contains("<a href=\"../../report.html\">a search</a>"));
  CHECK_THAT(page(out / first), Catch::Contains("mininas search --resume "));
}

TEST_CASE("a search whose limits allowed nothing goes on with new ones, in its folder, or makes way for another",
          "[cli][choose]") {
  if (skipped_without("cc")) return;
  const TempDir folder;
  const std::string out = folder / "run";
  const auto with = [&](const char* flash) {
    auto command = tiny_search(out);
    command.insert(command.end(), {"--layer-fraction", "0", "--max-flash", flash, "--quiet"});
    return command;
  };
  check_refused(with("1K"), 1, "with larger limits it goes on: mininas search --resume " + out);
  check_refused(with("2K"), 1, "over the limit of 2,048");  // nothing of the first is in its way
  check_refused({"search", "--resume", out, "--quiet"}, 1, "over the limit of 2,048");
  check_refused({"search", "--resume", out, "--final-epochs", "9"}, 2, "--final-epochs cannot go with --resume");
  const Record found = json_of({"search", "--resume", out, "--max-flash", "64K", "--json", "--quiet"});
  CHECK(found.integer64("flash_bytes") <= 65536);
  CHECK_THAT(read_record(fs::path(out) / "run.json").string("command"), Catch::Contains("--max-flash 64K"));
  check_refused({"search", "--resume", out, "--max-flash", "32K"}, 2, "chosen within the limits");
  check_refused(with("64K"), 1, "holds a run already");
}

TEST_CASE("a finished training goes on for more epochs, the same whether it is killed meanwhile or not",
          "[cli][choose][train]") {
  const TempDir folder;
  const std::string once = folder / "once", killed = folder / "killed";
  for (const std::string& out : {once, killed})
    json_of(train_tiny({"--arch", "w4:s3*3", "--data", kTinyData, "--epochs", "2", "--lr", "0.05", "--out", out}));
  const Record more = json_of({"train", "--resume", once, "--epochs", "5", "--json", "--quiet"});
  CHECK(more.integer("epochs") == 5);
  CHECK(read_record(fs::path(once) / "training.json").records("epochs").size() == 5);
  const auto started = [&] { return fs::exists(fs::path(killed) / "checkpoints/training.checkpoint"); };
  signal_at({"train", "--resume", killed, "--epochs", "5", "--quiet", "--threads", "1"}, started, SIGKILL);
  CHECK(json_of({"train", "--resume", killed, "--json"}).string("weights_sha256") == more.string("weights_sha256"));
  CHECK(fs::is_empty(fs::path(killed) / "checkpoints"));
  check_refused({"train", "--resume", once, "--epochs", "5"}, 2, "the run has 5 epochs already");
}

TEST_CASE("training begins with a run's weights, and the last layer grows by new classes", "[cli][choose][train]") {
  const TempDir folder;
  const std::string first = folder / "first", same = folder / "same", larger = folder / "larger";
  json_of(train_tiny({"--arch", "w4:s3*3", "--data", kTinyData, "--epochs", "4", "--lr", "0.05", "--out", first}));
  // A learning rate of next to nothing: what comes out is what went in.
  const Record again =
      json_of(train_tiny({"--from", first, "--data", kTinyData, "--epochs", "1", "--lr", "1e-8", "--out", same}));
  CHECK(again.string("architecture") == "w4:s3*3");
  const std::string four = "synthetic:size=12,classes=4,train=300,test=40";
  const Record grown = json_of(train_tiny({"--from", first, "--data", four, "--epochs", "1", "--out", larger}));
  CHECK(grown.integer("params") > again.integer("params"));
  check_refused({"train", "--from", first, "--arch", "resnet8", "--data", kTinyData}, 1,
                "cannot begin with the weights");
  check_refused({"train", "--data", kTinyData}, 2, "--arch (or --from) and --data are needed");
}
