// A graph on the command line, from its text to verified C.
#include <signal.h>

#include <filesystem>

#include "core/io/file.h"
#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

const std::string kGraph =
    "graph: stem=c3x8(image), left=s3x8(stem), right=d5(stem), sum=add(stem,left,right), wide=c3x12/2(sum), "
    "through=c1x12/2.plain.bias(sum), last=add(wide,through)";

}  // namespace

TEST_CASE("a graph goes from its text to verified C, and resumes after a kill to the same weights", "[cli][graph]") {
  const TempDir folder;
  const fs::path out = folder / "run";
  const std::vector<std::string> base = {"train", "--arch", kGraph, "--data", kTinyData,   "--epochs",
                                         "3",     "--lr",   "0.01", "--json", "--threads", "1"};
  const auto with_out = [&] {
    auto arguments = base;
    arguments.insert(arguments.end(), {"--out", out.string()});
    return arguments;
  };
  const Record whole = mininas::test::mininas(base).json();
  const auto started = [&] { return fs::exists(out / "checkpoints/training.checkpoint"); };
  signal_at(with_out(), started, SIGKILL);
  const ProgramResult resumed = mininas::test::mininas({"train", "--resume", out.string(), "--json"});
  INFO(resumed.errors);
  REQUIRE(resumed.status == 0);
  CHECK(resumed.json().string("weights_sha256") == whole.string("weights_sha256"));
  const std::string network = resumed.json().string("architecture");
  CHECK(mininas::test::mininas({"inspect", network, "--json"}).json().integer64("params") ==
        mininas::test::mininas({"inspect", kGraph, "--json"}).json().integer64("params"));

  if (skipped_without("cc")) return;
  REQUIRE(mininas::test::mininas({"quantize", out.string(), "--qat-epochs", "1", "--quiet"}).status == 0);
  const Record verified = mininas::test::mininas({"verify", out.string(), "--json", "--quiet"}).json();
  CHECK(verified.integer("bytes_different") == 0);
  CHECK(verified.integer("images") == 40);
  CHECK(mininas::test::mininas({"eval", out.string(), "--int8", "--json"}).json().integer("images") == 40);
  CHECK(mininas::test::mininas({"export", out.string(), "--out", (folder / "c").string()}).status == 0);
  REQUIRE(mininas::test::mininas({"report", out.string()}).status == 0);
  const std::string page = read_text_file(out / "report.html");
  CHECK_THAT(page, Catch::Contains("<title>stem.relu to right</title>") && Catch::Contains("through and wide"));
}

TEST_CASE("inspect names what each layer of a graph reads", "[cli][graph][inspect]") {
  const ProgramResult answer = mininas::test::mininas({"inspect", kGraph});
  REQUIRE(answer.status == 0);
  CHECK_THAT(answer.output, Catch::Contains("sum.1, right") && Catch::Contains("through, wide"));
}

TEST_CASE("inspect predicts a graph's instructions and names the layers without a fast kernel",
          "[cli][graph][inspect]") {
  const std::string graph = "graph: near=d3(image), far=d3/3(near), mix=c1x8(far), alone=d1(mix)";
  const ProgramResult answer = mininas::test::mininas({"inspect", graph, "--board", "m4"});
  REQUIRE(answer.status == 0);
  for (const char* note : {"layer near has no fast kernel: the fast depthwise kernels read no image",
                           "layer far has no fast kernel: the fast depthwise kernels have strides 1 and 2",
                           "layer alone has no fast kernel: the fast depthwise kernels have windows of 3x3 and more"})
    CHECK_THAT(answer.output, Catch::Contains(note));
  CHECK_THAT(answer.output, !Catch::Contains("layer mix has"));
  const Record known = mininas::test::mininas({"inspect", kGraph, "--board", "m4", "--json"}).json();
  CHECK(known.integer("instructions") > known.integer("macs") / 2);
  CHECK_THAT(known.to_line(), Catch::Contains("\"not_fast\":\"the definition is the only kernel of this kind\""));
}

TEST_CASE("a wrong graph on the command line is one line with position and rule", "[cli][graph]") {
  const ProgramResult answer = mininas::test::mininas({"inspect", "graph: a=c3x8(image), b=add(a,c)"});
  CHECK(answer.status == 2);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains("position 31") && Catch::Contains("no node 'c' before this one"));
  const ProgramResult shapes = mininas::test::mininas({"inspect", "graph: a=c3x8(image), b=c3x4(a), c=add(a,b)"});
  CHECK(shapes.status == 1);
  CHECK_THAT(shapes.errors, Catch::Contains("layer c: adds 32x32x8 and 32x32x4"));
}

TEST_CASE("random graphs are searched for within limits, and a killed search finds the same one", "[cli][graph]") {
  const TempDir folder;
  const auto search = [&](const std::string& name) {
    std::vector<std::string> words = words_of(
        "search --method random --space graph --candidates 10 --candidate-epochs 1 --final-epochs 2 --qat-epochs 1 "
        "--max-nodes 6 --node-channels 4,8 --max-ram 8K --threads 1 --json --lr 0.01 --folds 1 --epoch-steps 0");
    words.insert(words.end(), {"--data", kTinyData, "--out", folder / name});
    return words;
  };
  const ProgramResult whole = mininas::test::mininas(search("whole"));
  INFO(whole.errors);
  REQUIRE(whole.status == 0);
  CHECK_THAT(whole.json().string("architecture"), Catch::StartsWith("graph: n1="));
  CHECK(whole.json().integer64("ram_bytes") <= 8192);
  CHECK(whole.json().record("verify").integer("bytes_different") == 0);
  const fs::path killed = folder / "killed";
  const auto moment = [&] {
    return fs::exists(killed / "journal.jsonl") &&
           read_text_file(killed / "journal.jsonl").find("\"index\":8") != std::string::npos;
  };
  signal_at(search("killed"), moment, SIGKILL);
  const ProgramResult resumed = mininas::test::mininas({"search", "--resume", killed.string(), "--json"});
  INFO(resumed.errors);
  REQUIRE(resumed.status == 0);
  for (const char* key : {"architecture", "weights_sha256"})
    CHECK(resumed.json().string(key) == whole.json().string(key));
}
