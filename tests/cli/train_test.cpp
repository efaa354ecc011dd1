// `mininas train`.
#include <signal.h>

#include <cstdlib>

#include "tests/cli/program.h"
#include "tests/support/catch.h"
#include "tests/support/shell.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

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
  const ProgramResult one = mininas::test::mininas(with({"--threads", "1", "--quiet"}));
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
  const ProgramResult resumed = mininas::test::mininas({"train", "--resume", out.string(), "--json"});
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
  const ProgramResult answer = mininas::test::mininas(base);
  REQUIRE(answer.status == 0);
  CHECK(answer.json().integer("epochs") == 1);
}

TEST_CASE("published networks go from training to verified C", "[cli][train][named]") {
  if (skipped_without("cc")) return;
  for (const std::string name : {"resnet8", "mobilenetv2"}) {
    INFO(name);
    const TempDir folder;
    const std::string out = (folder / "run").string();
    const ProgramResult trained =
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
    const ProgramResult answer =
        mininas::test::mininas({"train", "--arch", "w8:s3*3", "--data", images, "--steps", "10", "--json", "--quiet"});
    INFO(answer.errors);
    REQUIRE(answer.status == 0);
    CHECK(answer.json().integer("params") == 1770);
    CHECK(answer.json().number("test_accuracy") > 0.4);
  }
}
