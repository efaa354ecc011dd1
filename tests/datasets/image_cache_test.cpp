#include "datasets/image_cache.h"

#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

namespace {

constexpr ImageForm kForm{{2, 2}, 3, Fit::kStretch};

// Two files, their survey and their pixels, kept in `cache`.
struct KeptSet {
  explicit KeptSet(double unsettled = 0) {
    for (uint8_t i = 0; i < 2; ++i) {
      files.push_back(folder / (std::to_string(i) + ".png"));
      put_file(files.back(), solid_png(2, 2, i, 0, 9));
      surveyed.push_back(look_at(files.back()));
    }
    images = allocate_images({2, 2, 3}, {"a", "b"}, 2);
    for (size_t i = 0; i < images.pixels.size(); ++i) images.pixels[i] = static_cast<uint8_t>(i);
    for (const SurveyedFile& file : surveyed) images.files.push_back({"", file.sha256});
    ImageCache first(cache, folder.path(), unsettled);
    first.choose(kForm);
    first.keep(files, surveyed, {&images});
  }
  TempDir folder;
  const fs::path cache = folder / "cache";
  std::vector<fs::path> files;
  std::vector<SurveyedFile> surveyed;
  ImageSet images;
};

}  // namespace

TEST_CASE("a kept data set is known again, file by file, in the form that it was kept in", "[datasets][cache]") {
  const KeptSet kept;
  ImageCache cache(kept.cache, kept.folder.path());
  cache.choose(kForm);
  for (size_t i = 0; i < 2; ++i) {
    REQUIRE(cache.known(kept.files[i]) != nullptr);
    CHECK(cache.known(kept.files[i])->sha256 == kept.surveyed[i].sha256);
    CHECK(cache.known(kept.files[i])->facts.width == 2);
    REQUIRE(cache.pixels(kept.surveyed[i].sha256) != nullptr);
    CHECK(std::equal(kept.images.image(static_cast<int64_t>(i)), kept.images.image(static_cast<int64_t>(i)) + 12,
                     cache.pixels(kept.surveyed[i].sha256)));
  }
  CHECK(cache.pixels("other") == nullptr);
  ImageCache other_form(kept.cache, kept.folder.path());
  other_form.choose({{2, 2}, 3, Fit::kCrop});
  CHECK(other_form.pixels(kept.surveyed[0].sha256) == nullptr);
  CHECK(ImageCache(kept.cache, "/elsewhere").known(kept.files[0]) == nullptr);
  CHECK(ImageCache("", kept.folder.path()).known(kept.files[0]) == nullptr);
}

TEST_CASE("a file that changed is not known, whatever its time and size say", "[datasets][cache]") {
  const KeptSet kept;
  const auto time = fs::last_write_time(kept.files[0]);
  put_file(kept.files[0], solid_png(2, 2, 77, 0, 9));  // of the same size
  fs::last_write_time(kept.files[0], time);
  const ImageCache cache(kept.cache, kept.folder.path());
  CHECK(cache.known(kept.files[0]) == nullptr);
  CHECK(cache.known(kept.files[1]) != nullptr);
}

TEST_CASE("files that changed just now are not kept, and a damaged cache is none", "[datasets][cache]") {
  const KeptSet unsettled(1000);
  CHECK(ImageCache(unsettled.cache, unsettled.folder.path()).known(unsettled.files[0]) == nullptr);
  const KeptSet kept;
  for (const auto& entry : fs::directory_iterator(kept.cache)) fs::resize_file(entry.path(), entry.file_size() - 1);
  ImageCache cache(kept.cache, kept.folder.path());
  cache.choose(kForm);
  CHECK(cache.known(kept.files[1]) == nullptr);
  CHECK(cache.pixels(kept.surveyed[1].sha256) == nullptr);
}
