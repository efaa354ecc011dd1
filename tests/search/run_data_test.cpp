// Images of runs that exist.
#include "search/job/run_data.h"

#include "datasets/open.h"
#include "search/job/run_images.h"
#include "search/job/settings.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

void make_photos(const fs::path& folder) {
  for (uint8_t i = 0; i < 40; ++i)
    put_file(folder / (i % 2 == 0 ? "a" : "b") / (std::to_string(100 + i) + ".png"), solid_png(2, 2, i, 0, 9));
}

// A run folder that was begun with `data`.
RunFolder begin_run(const fs::path& path, const Dataset& data) {
  RunFolder folder = RunFolder::create(path);
  TrainSettings settings{"w8:s3*3", {}};
  settings.recipe.seed = 5;
  write_run_file(folder, {"train", "", data.source, content_digest(data.train), content_digest(data.test)},
                 to_record(option_groups(settings)));
  return folder;
}

}  // namespace

TEST_CASE("a run of an older version opens its images as that version drew them", "[search][data]") {
  const TempDir folder;
  make_photos(folder / "photos");
  const std::string text = "folder:" + (folder / "photos").string();
  const Dataset older = open_dataset(text, LoadRequest{.seed = 5, .draw = Draw::kShuffled});
  REQUIRE(content_digest(older.test) != content_digest(open_dataset(text, 5).test));
  const RunFolder run = begin_run(folder / "run", older);
  CHECK(content_digest(open_own_data(run, read_run_file(run, ""), "", {}).test) == content_digest(older.test));
  put_file(folder / "photos/a/new.png", solid_png(2, 2, 200, 0, 9));
  check_refused<ConfigError>([&] { open_own_data(run, read_run_file(run, ""), "", {}); },
                             {"images have changed since the run began", "recorded digest"});
}

TEST_CASE("the record of a run's images reads back, and a damaged one is refused", "[search][data]") {
  const TempDir folder;
  make_photos(folder / "photos");
  const Dataset data = open_dataset("folder:" + (folder / "photos").string(), 5);
  const RunFolder run = begin_run(folder / "run", data);
  CHECK_FALSE(read_run_images(run).has_value());
  write_run_images(run, data);
  const auto recorded = read_run_images(run);
  REQUIRE(recorded.has_value());
  CHECK(recorded->class_names == data.train.class_names);
  CHECK(recorded->test.labels == data.test.labels);
  CHECK(recorded->train.files.back().path == data.train.files.back().path);
  CHECK(recorded->train.files.back().sha256 == data.train.files.back().sha256);
  const std::string text = read_text_file(run.images_file());
  std::string changed = text;
  changed[changed.find("100.png")] = '7';
  put_file(run.images_file(), Bytes(changed.begin(), changed.end()));
  check_refused<FormatError>([&] { read_run_images(run); }, {"images.json", "digest"});
}
