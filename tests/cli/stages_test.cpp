// The commands that work on an existing run: verify, eval, export, inspect, quantize.
#include "core/io/file.h"
#include "search/record/record_file.h"
#include "tests/cli/finished_run.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

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
  CHECK(inspected.string("board") == "m4");  // that of the search
  const Record same = mininas::test::mininas({"inspect", run.summary.string("architecture"), "--input", "12x12x3",
                                              "--board", "m4", "--clock", "16MHz", "--json"})
                          .json();
  CHECK(same.to_line() == inspected.to_line());

  const TempDir folder;
  CHECK(mininas::test::mininas({"export", run.name(), "--out", (folder / "firmware").string()}).status == 0);
  for (const char* file : {"model.c", "model.h", "mn.h", "Makefile", "README.md"})
    CHECK(read_text_file(folder / "firmware" / file) == read_text_file(run.path() / "c" / file));
}

TEST_CASE("a run's network is exported for other runtimes, and options of one format are refused for the other",
          "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const std::string file = run.name() + "/model.onnx";
  const Record written =
      mininas::test::mininas({"export", run.name(), "--format", "onnx-exact", "--out", file, "--json"}).json();
  CHECK(written.string("format") == "onnx-exact");
  const std::string bytes = read_text_file(file);
  CHECK(written.integer("bytes") == static_cast<int64_t>(bytes.size()));
  CHECK_THAT(bytes, Catch::Contains("ConvInteger") && Catch::Contains("onnx-exact"));
  const std::vector<std::string> floats = {"export", run.name(), "--format", "onnx-float", "--layers", "--out", file};
  CHECK(mininas::test::mininas(floats).status == 0);
  CHECK_THAT(read_text_file(file), !Catch::Contains("ConvInteger") && Catch::Contains("GlobalAveragePool"));
  CHECK(mininas::test::mininas({"export", run.name(), "--format", "tflite", "--out", file}).status == 0);
  CHECK(read_text_file(file).substr(4, 4) == "TFL3");
  write_text_file(file, bytes);
  const auto refusal = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {"export", run.name(), "--out", file});
    const ProgramResult answer = mininas::test::mininas(std::move(options));
    CHECK(answer.status == 2);
    CHECK(answer.is_one_error_line());
    return answer.errors;
  };
  CHECK_THAT(refusal({"--io", "float"}), Catch::Contains("--io is for files of other runtimes"));
  CHECK_THAT(refusal({"--format", "onnx-exact", "--data", kTinyData}), Catch::Contains("--data is for --format c"));
  CHECK_THAT(refusal({"--format", "onnx"}), Catch::Contains("onnx-exact"));
  CHECK(read_text_file(file) == bytes);
}

TEST_CASE("a command that needs a network which the run has not yet says how to get it", "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const auto refusal = [](std::vector<std::string> arguments) {
    const ProgramResult answer = mininas::test::mininas(std::move(arguments));
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
    CHECK_THAT(refusal(command), Catch::Contains("no quantised network yet") && Catch::Contains(go_on));
  fs::remove(run.path() / "network.bin");
  for (const char* command : {"inspect", "eval", "quantize"})
    CHECK_THAT(refusal({command, run.name()}), Catch::Contains("no trained network yet") && Catch::Contains(go_on));
}

TEST_CASE("one number of a run is traced to its byte", "[cli][inspect]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const Record trace =
      mininas::test::mininas({"inspect", run.name(), "--trace", "5", "--layer", "stem", "--at", "1,2,0", "--json"})
          .json();
  CHECK(trace.records("taps").size() == 27);
  CHECK(trace.integer("byte") == trace.integer("clamped") + trace.integer("zero_point"));
  const ProgramResult text = mininas::test::mininas({"inspect", run.name(), "--trace", "5", "--taps", "3"});
  CHECK(text.status == 0);
  CHECK_THAT(text.output,
             Catch::Contains("accumulator") && Catch::Contains("multiplier") && Catch::Contains("float network"));
  CHECK(mininas::test::mininas({"inspect", run.name(), "--trace", "40"}).status == 1);
  CHECK(mininas::test::mininas({"inspect", run.name(), "--trace", "0", "--at", "1,2"}).status == 2);
  const std::string shown =
      mininas::test::mininas({"inspect", run.name(), "--trace", "5", "--layer", "stem", "--at", "1,2,0"}).output;
  for (const char* part :
       {"position row 1, column 2, channel 0", "zero point", "their real values", "the float network", "\nsum ",
        "\nbias ", "\naccumulator ", "\nmultiplier ", "\nshift ", "\nrounded ", "\nclamp ", "\nbyte "})
    CHECK_THAT(shown, Catch::Contains(part));
  CHECK(mininas::test::mininas({"inspect", run.name(), "--trace", "0", "--layer", "stem", "--at", "99,0,0"}).status ==
        1);
  CHECK(mininas::test::mininas({"inspect", run.name(), "--layer", "stem"}).status == 2);
}

TEST_CASE("one gradient of a run is traced to the sum that it is", "[cli][inspect]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  const auto inspect = [&](std::vector<std::string> options) {
    std::vector<std::string> command = {"inspect", run.name(), "--trace", "5"};
    command.insert(command.end(), options.begin(), options.end());
    return mininas::test::mininas(command);
  };
  const Record trace = inspect({"--backward", "--layer", "stem", "--at", "1,2,0", "--json"}).json();
  double sum = 0;
  for (const Record& tap : trace.records("taps"))
    sum += tap.record("weight").number("integers") * tap.record("gradient").number("integers");
  CHECK(!trace.records("taps").empty());
  CHECK(trace.record("gradient").number("integers") == Approx(sum).margin(1e-9));
  const std::string shown = inspect({"--backward", "--layer", "stem", "--at", "1,2,0", "--taps", "3"}).output;
  for (const char* part : {"position row 1, column 2, channel 0", "integers, straight-through", "the float network",
                           " more ", "\nloss ", "\nsum ", "\ngradient ", "\nclamp "})
    CHECK_THAT(shown, Catch::Contains(part));
  const std::string logit = inspect({"--backward"}).output;
  CHECK_THAT(logit, Catch::Contains("\nprobability ") && !Catch::Contains("reader"));
  const ProgramResult unknown = inspect({"--backward", "--label", "dog"});
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.errors, Catch::Contains("--label dog: there is no such class; there are: "));
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
  // The old summary does not describe the new networks.
  write_record(run.path() / "summary.json", run.summary);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"search", "--resume", run.name()}, {"report", run.name()}}) {
    const ProgramResult answer = mininas::test::mininas(command);
    CHECK(answer.status == 1);
    CHECK(answer.is_one_error_line());
    CHECK_THAT(answer.errors, Catch::Contains("summary.json: belongs to another quantized.bin"));
  }
}

TEST_CASE("one wrong byte in the exported C is found, named and exit status 1", "[cli][stages]") {
  if (skipped_without("cc")) return;
  const RunCopy run;
  std::string code = read_text_file(run.path() / "c/mn_pool.c");
  const size_t place = code.find("mn_average(");
  REQUIRE(place != std::string::npos);
  code.replace(place, 11, "1 ^ mn_average(");
  write_text_file(run.path() / "c/mn_pool.c", code);
  const ProgramResult verified = mininas::test::mininas({"verify", run.name(), "--json", "--quiet"});
  CHECK(verified.status == 1);
  CHECK(verified.is_one_error_line());
  CHECK(verified.json().integer("bytes_different") > 0);
  CHECK_THAT(verified.errors, Catch::Contains("layer pool"));
}
