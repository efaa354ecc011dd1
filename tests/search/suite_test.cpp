#include "search/job/suite.h"

#include <signal.h>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/open.h"
#include "search/record/record_file.h"
#include "search/space/build.h"
#include "tests/cli/program.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

// A finished run with the fields that the table reads.
void put_summary(const fs::path& path, const std::string& architecture, int64_t params, double accuracy) {
  const RunFolder folder = fs::exists(path / "run.json") ? RunFolder::open(path) : RunFolder::create(path);
  SearchSettings settings;
  write_run_file(folder, {"search", "", "", "", ""}, to_record(settings));
  write_summary(
      folder,
      RunSummary{
          .architecture = architecture,
          .network = {.cost = {.parameters = params, .macs = 1000, .flash_bytes = params + 2000, .ram_bytes = 4096},
                      .test_accuracy_float = accuracy,
                      .test_accuracy_int8 = accuracy - 0.01,
                      .seconds = 12}});
}

void put_finished(const fs::path& run, const std::string& name) {
  put_summary(suite_search_folder(run, suite_entry(name)), "w8:s3*3", 2000, 0.95);
  put_summary(suite_baseline_folder(run, suite_entry(name)), "mobilenetv2", 2286674, 0.94);
}

// The generated images as PNG files, one folder per class, under the name of a data set of the suite.
void put_pair(const fs::path& root, const std::string& name, const std::vector<std::string>& classes) {
  const Dataset images = open_dataset("synthetic:size=8,classes=2,train=64,test=12", 3);
  for (const auto& [part, set] : {std::pair{"train", &images.train}, std::pair{"test", &images.test}})
    for (int64_t i = 0; i < set->count(); ++i) {
      const uint8_t* pixels = set->image(i);
      const std::string& label = classes[static_cast<size_t>(set->labels[static_cast<size_t>(i)])];
      put_file(root / "tiny-imagenet-pairs" / name / part / label / (std::to_string(100 + i) + ".png"),
               make_png(8, 8, 2, {pixels, pixels + set->shape.size()}));
    }
}

}  // namespace

TEST_CASE("both networks of a data set train as long as MobileNetV2 can be afforded", "[search][suite]") {
  const SuiteScale study = suite_scale("study"), paper = suite_scale("paper");
  const SuiteEntry &pair = suite_entry("cat-deer"), &all = suite_entry("cifar10"), &tiny = suite_entry("bucket-barrel");
  CHECK(suite_lengths(study, pair, {32, 32, 3}, 10000).epochs == 7);
  CHECK(suite_lengths(study, all, {32, 32, 3}, 50000).epochs == 6);
  CHECK(suite_lengths(study, tiny, {64, 64, 3}, 1000).epochs == 17);
  CHECK(suite_lengths(suite_scale("quick"), suite_entry("vehicles"), {64, 64, 3}, 50000).epochs == 1);
  CHECK(suite_lengths(paper, all, {32, 32, 3}, 50000).epochs == 300);
  CHECK_THROWS_WITH(suite_scale("huge"),
                    Catch::Contains("'huge' is not a scale") && Catch::Contains("quick, study or paper"));
}

TEST_CASE("candidates of a small data set train for more epochs, up to twice as many", "[search][suite]") {
  const SuiteScale study = suite_scale("study");
  const SuiteEntry& entry = suite_entry("bucket-barrel");
  const auto epochs = [&](int64_t images) { return suite_lengths(study, entry, {64, 64, 3}, images).candidate_epochs; };
  CHECK(epochs(10000) == study.candidate_epochs);
  CHECK(epochs(3200) == study.candidate_epochs * 4000 / 2400);  // a quarter of them is for scoring
  CHECK(epochs(900) == 2 * study.candidate_epochs);
  CHECK(suite_lengths(study, entry, {64, 64, 3}, 900).finalist_epochs == 2 * study.finalist_epochs);
}

TEST_CASE("the settings of a scale are those of its method, at its lengths", "[search][suite]") {
  for (const char* name : {"quick", "study", "paper"}) {
    const SuiteScale scale = suite_scale(name);
    SearchSettings settings = suite_search_settings(scale, "synthetic", 7, {5, 11, 20, 50000, 8000000});
    CHECK(settings.recipe.epochs == 20);
    CHECK(settings.recipe.seed == 7);
    CHECK(settings.recipe.augmentation.cutout == 0);  // as published for small data sets
    CHECK(settings.budget.max_parameters == 50000);
    CHECK(settings.budget.max_macs == 8000000);
    CHECK(settings.method->name() == scale.method);
    const Record options = to_record(settings.method->fields());
    CHECK(options.integer("candidate-epochs") == 5);
    CHECK(options.integer("finalist-epochs") == 11);
    CHECK(options.integer("finalists") == scale.finalists);
    CHECK(options.integer("max-depth") == scale.max_depth);
  }
}

TEST_CASE("a network of the published size has at least the published efficiency, a larger one has less",
          "[search][suite]") {
  for (const char* name : {"automobile-bird", "cifar10", "bucket-barrel"}) {
    const SuiteEntry& entry = suite_entry(name);
    const ImageShape input{32, 32, 3};
    const auto baseline =
        static_cast<double>(parameter_count(build_network_spec(std::string("mobilenetv2"), input, entry.class_count)));
    const auto size = static_cast<double>(published_size(entry, input));
    CHECK(baseline / size >= entry.published_efficiency);
    CHECK(baseline / (size + 1) < entry.published_efficiency);
  }
}

TEST_CASE("no candidate of a short scale costs more than MobileNetV2, so that both final trainings take about as long",
          "[search][suite]") {
  const SuiteEntry& entry =
      suite_entry("airplane-automobile-bird");  // 1.8 times fewer parameters: room for large convolutions
  const ImageShape input{32, 32, 3};
  const SuiteLengths study = suite_lengths(suite_scale("study"), entry, input, 15000);
  const SuiteLengths paper = suite_lengths(suite_scale("paper"), entry, input, 15000);
  CHECK(study.max_macs == mac_count(build_network_spec(std::string("mobilenetv2"), input, 3)));
  CHECK(paper.max_macs == 0);
  CHECK(paper.max_parameters == 0);
}

TEST_CASE("a line of the table has gain and efficiency once both networks are there", "[search][suite]") {
  const TempDir run;
  const SuiteEntry& entry = suite_entry("deer-dog");
  put_summary(suite_search_folder(run.path(), entry), "w8:s3*3", 2000, 0.95);
  CHECK_FALSE(read_suite_row(run.path(), entry).complete());
  CHECK_FALSE(to_record(read_suite_row(run.path(), entry)).has("gain"));
  put_finished(run.path(), "deer-dog");
  const SuiteRow row = read_suite_row(run.path(), entry);
  CHECK(row.gain() == Approx(1.0));
  CHECK(row.gain(&FinishedNetwork::test_accuracy_int8) == Approx(1.0));
  CHECK(row.efficiency() == Approx(1143.337));
  put_finished(run.path(), "airplane-automobile");
  const auto rows = read_suite(run.path());
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].entry.name == "airplane-automobile");  // in the order of the table
}

TEST_CASE("a suite skips what is done, tells what is missing, and has a report", "[cli][suite]") {
  const TempDir folder;
  const std::string root = (folder / "root").string(), out = (folder / "out").string();
  fs::create_directories(folder / "root/cifar-10-batches-bin");
  const auto suite = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"suite", "--data-root", root, "--out", out};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mininas::test::mininas(arguments);
  };
  CHECK(suite({"--only", "birds"}).status == 2);
  CHECK(suite({"--scale", "huge"}).status == 2);
  CHECK(suite({"--hours", "-1"}).status == 2);
  const ProgramResult missing = suite({"--only", "dogs"});
  CHECK(missing.status == 1);
  CHECK_THAT(missing.errors, Catch::Contains("tiny-imagenet-200.zip"));
  CHECK_FALSE(fs::exists(out));  // nothing was started

  put_finished(folder / "out", "cat-deer");
  const ProgramResult done = suite({"--only", "cat-deer,dogs,vehicles"});
  INFO(done.errors);
  CHECK(done.status == 0);
  CHECK_THAT(done.output, Catch::Contains("cat-deer") && Catch::Contains("+1.00") && Catch::Contains("-0.80") &&
                              Catch::Contains("1143.3x") && Catch::Contains("missing  dogs, vehicles\n"));
  CHECK(suite({"--only", "cat-deer", "--json"}).json().records("rows").size() == 1);
  const ProgramResult failed = suite({"--only", "cat-deer,deer-dog"});  // the folder of CIFAR-10 is empty
  CHECK(failed.status == 1);
  CHECK_THAT(failed.errors, Catch::Contains("deer-dog") && Catch::Contains("the same command tries again"));
  CHECK_THAT(failed.output, Catch::Contains("+1.00") && Catch::Contains("failed   deer-dog\n"));
  const ProgramResult other = suite({"--only", "cat-deer", "--scale", "study"});
  CHECK(other.status == 1);
  CHECK_THAT(other.errors, Catch::Contains("was begun with --scale quick --seed 0"));

  put_summary(suite_search_folder(folder / "out", suite_entry("automobile-bird")), "w8:s5*3", 2512, 0.912);
  const ProgramResult report = mininas::test::mininas({"report", out});
  INFO(report.errors);
  REQUIRE(report.status == 0);
  const std::string page = read_text_file(folder / "out/report.html");
  // A network without its baseline is shown with the figures that are known.
  CHECK_THAT(page,
             Catch::Contains("w8:s5*3</code> not finished") && Catch::Contains("91.20") && Catch::Contains("2,512"));
  CHECK_THAT(page, Catch::Contains("Table 2") && Catch::Contains("1143.3x") && Catch::Contains("<svg") &&
                       Catch::Contains("published"));
  CHECK_THAT(page, Catch::Contains("cat-deer, published: -0.80") && Catch::Contains("cat-deer, float: +1.00"));
  CHECK_THAT(page, !Catch::Contains("<script"));
}

TEST_CASE("a suite that was killed goes on, verifies both networks, and its report leads to theirs",
          "[cli][suite][kill]") {
  if (skipped_without("cc")) return;
  const TempDir folder;
  put_pair(folder / "root", "bucket-barrel", {"bucket", "barrel"});
  const fs::path out = folder / "out", runs = out / "bucket-barrel";
  const std::vector<std::string> command = {"suite",
                                            "--data-root",
                                            (folder / "root").string(),
                                            "--out",
                                            out.string(),
                                            "--only",
                                            "bucket-barrel,dogs",
                                            "--json",
                                            "--threads",
                                            "1",
                                            "--hours",
                                            "0.02"};
  const auto in_training = [&] { return fs::exists(runs / "search/checkpoints/training.checkpoint"); };
  signal_at(command, in_training, SIGKILL);
  const Record settings = read_record(runs / "search/run.json").record("settings");
  CHECK(settings.record("numbers").number("hours") == 0.02);
  const SuiteLengths lengths = suite_lengths(suite_scale("quick"), suite_entry("bucket-barrel"), {8, 8, 3}, 64);
  CHECK(settings.record("budget").integer64("max-macs") == lengths.max_macs);
  const ProgramResult answer = mininas::test::mininas(command);
  INFO(answer.errors);
  REQUIRE(answer.status == 0);
  const auto rows = answer.json().records("rows");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].boolean("complete"));
  CHECK(rows[0].integer("bytes_different") == 0);
  CHECK(rows[0].integer("baseline_bytes_different") == 0);
  CHECK(rows[0].integer("baseline_params") == 2'286'674);
  CHECK(answer.json().records("missing")[0].strings("names") == std::vector<std::string>{"dogs"});
  CHECK(mininas::test::mininas(command).output == answer.output);  // nothing is repeated

  REQUIRE(mininas::test::mininas({"report", out.string()}).status == 0);
  const std::string page = read_text_file(out / "report.html");
  for (const std::string run : {"search", "baseline"}) {
    CHECK_THAT(page, Catch::Contains("href=\"bucket-barrel/" + run + "/report.html\""));
    CHECK_THAT(read_text_file(runs / run / "report.html"), Catch::Contains("VERIFIED"));
  }
  // Links from another folder lead to the same pages.
  REQUIRE(mininas::test::mininas({"report", out.string(), "--out", (folder / "page.html").string()}).status == 0);
  CHECK_THAT(read_text_file(folder / "page.html"), Catch::Contains("href=\"out/bucket-barrel/search/report.html\""));
  fs::resize_file(runs / "search/summary.json", 100);
  const ProgramResult cut = mininas::test::mininas({"report", out.string()});
  CHECK(cut.status == 1);
  CHECK_THAT(cut.errors, Catch::Contains("search/summary.json"));
}
