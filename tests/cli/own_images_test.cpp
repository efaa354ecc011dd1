// Folders of photos as people keep them, from the command line: they grow and move after a run began, hold what is no
// image, and take long to read.
#include <signal.h>

#include <algorithm>

#include "search/record/record_file.h"
#include "tests/cli/program.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

// An image of noise; each number gives another.
Bytes noise(uint64_t number) {
  Rng rng(number);
  Bytes samples(12 * 12 * 3);
  for (uint8_t& sample : samples) sample = static_cast<uint8_t>(rng.below(256));
  return make_png(12, 12, 2, samples);
}

// Two classes of `count` images.
void make_photos(const fs::path& folder, int count) {
  for (int i = 0; i < 2 * count; ++i)
    put_file(folder / (i % 2 == 0 ? "cats" : "dogs") / (std::to_string(100 + i) + ".png"),
             noise(static_cast<uint64_t>(i)));
}

std::vector<std::string> train(const std::string& data, const fs::path& out) {
  return {"train", "--arch",  "w8:s3*3", "--data", data,      "--out",     out.string(), "--epochs",
          "1",     "--batch", "8",       "--json", "--quiet", "--threads", "1"};
}

// A run that was trained on photos, which the tests change afterwards.
struct PhotoRun {
  PhotoRun() {
    make_photos(photos, 15);
    REQUIRE(mininas::test::mininas(train("folder:" + photos.string(), run)).status == 0);
  }
  TempDir folder;
  const fs::path photos = folder / "photos", run = folder / "run";
};

ProgramResult refused(std::vector<std::string> arguments, const std::string& expected) {
  if (std::find(arguments.begin(), arguments.end(), "--quiet") == arguments.end()) arguments.push_back("--quiet");
  const ProgramResult answer = mininas::test::mininas(arguments);
  INFO(answer.errors);
  CHECK(answer.status == 1);
  CHECK(answer.is_one_error_line());
  CHECK_THAT(answer.errors, Catch::Contains(expected));
  return answer;
}

}  // namespace

TEST_CASE("photos that are added to a run's folder change none of its figures, and are told", "[cli][photos]") {
  const PhotoRun r;
  const std::string run = r.run.string();
  const ProgramResult before = mininas::test::mininas({"eval", run, "--json", "--quiet"});
  REQUIRE(before.status == 0);
  CHECK(before.errors.empty());
  for (uint64_t i = 0; i < 12; ++i) put_file(r.photos / "cats" / ("new" + std::to_string(i) + ".png"), noise(1000 + i));
  const ProgramResult after = mininas::test::mininas({"eval", run, "--json", "--quiet"});
  CHECK(after.output == before.output);
  CHECK_THAT(after.errors, Catch::Contains("not those that the run began with: 12 added (cats/new0.png, ") &&
                               Catch::Contains("left out"));
  const ProgramResult quantized = mininas::test::mininas({"quantize", run, "--qat-epochs", "1", "--quiet"});
  CHECK(quantized.status == 0);
  CHECK_THAT(quantized.errors, Catch::Contains("12 added"));
  CHECK(mininas::test::mininas({"train", "--resume", run, "--quiet"}).status == 0);
}

TEST_CASE("photos that were removed or changed since a run began are named, and the run is not measured on others",
          "[cli][photos]") {
  const PhotoRun r;
  const std::string name = read_record(r.run / "images.json").strings("test").front().substr(2 + 64 + 1);
  put_file(r.photos / name, noise(99));
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"eval"}, {"quantize"}, {"train", "--resume"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back(r.run.string());
    refused(arguments, "1 removed or changed (" + name + "), 1 added (" + name + ")");
  }
}

TEST_CASE("a run's photos are found from any working folder, and where --data says that they are now",
          "[cli][photos]") {
  const PhotoRun r;
  const fs::path other = r.folder / "elsewhere";
  fs::create_directory(other);
  make_photos(other / "d", 8);
  const auto before = fs::current_path();
  const std::string program = fs::absolute(program_path()).string();
  fs::current_path(other);
  ::setenv("MININAS_BIN", program.c_str(), 1);
  CHECK(mininas::test::mininas(train("folder:d", "run")).status == 0);
  fs::current_path("/");
  CHECK(mininas::test::mininas({"eval", (other / "run").string()}).status == 0);
  fs::current_path(before);
  fs::rename(other / "d", r.folder / "moved");
  refused({"eval", (other / "run").string()}, "name where they are now by --data");
  CHECK(mininas::test::mininas({"train", "--resume", (other / "run").string(), "--data",
                                "folder:" + (r.folder / "moved").string(), "--quiet"})
            .status == 0);
}

TEST_CASE("new photos are measured on as a whole, but for those that the run was trained on", "[cli][photos]") {
  const PhotoRun r;
  const auto images = [&](const std::string& data, const std::string& note) {
    const ProgramResult answer = mininas::test::mininas({"eval", r.run.string(), "--data", data, "--json"});
    INFO(answer.errors);
    REQUIRE(answer.status == 0);
    CHECK_THAT(answer.errors, Catch::Contains(note));
    return answer.json().integer("images");
  };
  for (uint64_t i = 0; i < 24; ++i) put_file(r.folder / "new/dogs" / (std::to_string(i) + ".png"), noise(2000 + i));
  CHECK(images("folder:" + (r.folder / "new").string(), "") == 24);
  fs::create_directories(r.folder / "divided");
  fs::rename(r.folder / "new", r.folder / "divided/test");
  CHECK(images("folder:" + (r.folder / "divided").string(), "") == 24);
  const Record recorded = read_record(r.run / "images.json");
  const auto trained = static_cast<int>(recorded.strings("train").size());
  CHECK(images("folder:" + r.photos.string(),
               std::to_string(trained) + " of 30 images are left out, because the run was trained on them") ==
        30 - trained);
}

TEST_CASE("a run inside its data folder is no class, and what cannot be learnt is refused before anything is begun",
          "[cli][photos]") {
  const TempDir folder;
  make_photos(folder.path(), 8);
  const std::string data = "folder:" + folder.path().string();
  CHECK(mininas::test::mininas(train(data, folder / "run")).status == 0);
  CHECK(mininas::test::mininas({"eval", (folder / "run").string()}).status == 0);
  const TempDir equal;
  for (const char* name : {"train/a/1.png", "train/a/2.png", "train/b/1.png", "test/a/1.png"})
    put_file(equal.path() / name, solid_png(12, 12, 0, 0, 0));
  const auto search = [&](const std::string& expected) {
    const ProgramResult answer = mininas::test::mininas(
        {"search", "--data", "folder:" + equal.path().string(), "--out", (folder / "no").string()});
    CHECK(answer.status == 1);
    CHECK_THAT(answer.errors, Catch::Contains(expected));
    CHECK_FALSE(fs::exists(folder / "no"));
  };
  search("all 3 training images are equal");
  put_file(equal / "train/a/2.png", noise(1));
  search("class 'b' has 1 training image(s)");
}

TEST_CASE("files that were left out by --skip-bad are recorded", "[cli][photos]") {
  const TempDir folder;
  make_photos(folder / "photos", 8);
  put_file(folder / "photos/cats/empty.jpg", {});
  std::vector<std::string> arguments = train("folder:" + (folder / "photos").string() + ":12x12", folder / "run");
  refused(arguments, "empty.jpg: is empty; remove it, or copy the image again; --skip-bad goes on without it");
  arguments.insert(arguments.end(), {"--skip-bad", "--fit", "crop"});
  CHECK(mininas::test::mininas(arguments).status == 0);
  CHECK(read_record(folder / "run/images.json").strings("skipped") ==
        std::vector<std::string>{"cats/empty.jpg: is empty; remove it, or copy the image again"});
  CHECK_THAT(read_record(folder / "run/run.json").string("data"), Catch::EndsWith(":12x12x3:crop"));
  CHECK(mininas::test::mininas({"eval", (folder / "run").string(), "--quiet"}).status == 0);
}

TEST_CASE("Ctrl-C while images are read ends at once and promises nothing", "[cli][photos]") {
  const TempDir folder;
  put_file(folder / "large.png", make_png(3000, 3000, 0, Bytes(9000000, 7)));
  for (int i = 0; i < 200; ++i) {
    const fs::path photo = folder / "photos" / (i % 2 == 0 ? "a" : "b") / (std::to_string(i) + ".png");
    fs::create_directories(photo.parent_path());
    fs::create_symlink(folder / "large.png", photo);
  }
  std::string errors;
  const int status = signal_after(
      {"train", "--arch", "w8:s3*3", "--data", "folder:" + (folder / "photos").string() + ":8x8", "--threads", "1"},
      "reading images", SIGINT, &errors);
  CHECK(status == 130);
  CHECK_THAT(errors, Catch::Contains("interrupted while images were read; nothing was begun"));
  CHECK(errors.find("saved") == std::string::npos);
}
