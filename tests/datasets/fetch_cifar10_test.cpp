// datasets/fetch_cifar10.sh, run as by `make cifar10` but with other sources. The tests start in the root of the
// repository.
#include <sys/wait.h>

#include <cstdlib>

#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

struct Outcome {
  int status;
  std::string output;
};

Outcome run(const TempDir& work, const std::string& command) {
  const auto log = work / "log";
  const int status = std::system((command + " >" + log.string() + " 2>&1").c_str());
  return {WEXITSTATUS(status), read_text_file(log)};
}

Outcome fetch(const TempDir& work, const std::string& variables) {
  return run(work, variables + " sh datasets/fetch_cifar10.sh " + (work / "data").string());
}

// A small archive in the folder, as if the user had put it there.
void make_archive(const TempDir& work) {
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                           "data_batch_5.bin", "test_batch.bin", "batches.meta.txt"})
    put_file(work.path() / "source/cifar-10-batches-bin" / name, {1, 2, 3});
  std::filesystem::create_directories(work / "data");
  const std::string archive = (work / "data").string() + "/cifar-10-binary.tar.gz";
  REQUIRE(run(work, "tar -czf " + archive + " -C " + (work / "source").string() + " cifar-10-batches-bin").status == 0);
}

std::string md5_variable(const TempDir& work) {
  return "CIFAR10_MD5=$(md5sum <" + (work / "data").string() + "/cifar-10-binary.tar.gz | cut -d ' ' -f 1)";
}

size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST_CASE("without a network the script says what to do by hand and leaves nothing behind", "[datasets][fetch]") {
  const TempDir work;
  const Outcome outcome = fetch(work, "CIFAR10_URL=file:///nowhere/cifar-10-binary.tar.gz");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.output, Catch::Contains("put cifar-10-binary.tar.gz") &&
                                 Catch::Contains((work / "data").string()) &&
                                 Catch::Contains("then run: sh datasets/fetch_cifar10.sh"));
  CHECK(entries_of(work / "data") == 0);
}

TEST_CASE("an archive put there by hand is checked and unpacked, and the second run does nothing",
          "[datasets][fetch]") {
  const TempDir work;
  make_archive(work);
  const Outcome first = fetch(work, md5_variable(work));
  CHECK(first.status == 0);
  CHECK_THAT(first.output, Catch::Contains("--data cifar10:" + (work / "data/cifar-10-batches-bin").string()));
  CHECK(entries_of(work / "data/cifar-10-batches-bin") == 7);
  CHECK(entries_of(work / "data") == 2);
  const Outcome second = fetch(work, "CIFAR10_URL=file:///nowhere");
  CHECK(second.status == 0);
  CHECK_THAT(second.output, Catch::Contains("already in"));
}

TEST_CASE("an archive with another checksum is refused and not unpacked", "[datasets][fetch]") {
  const TempDir work;
  make_archive(work);
  const Outcome outcome = fetch(work, "");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.output,
             Catch::Contains("cifar-10-binary.tar.gz has MD5") && Catch::Contains("c32a1d4ab5d03f1284b67883e8d87530"));
  CHECK(entries_of(work / "data") == 1);
}

TEST_CASE("an incomplete folder is not touched", "[datasets][fetch]") {
  const TempDir work;
  put_file(work / "data/cifar-10-batches-bin/test_batch.bin", {1});
  const Outcome outcome = fetch(work, "");
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.output, Catch::Contains("not complete"));
  CHECK(entries_of(work / "data/cifar-10-batches-bin") == 1);
}
