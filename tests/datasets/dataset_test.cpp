#include "datasets/dataset.h"

#include <algorithm>
#include <map>
#include <set>

#include "datasets/folds.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// One-pixel images whose byte is their position; labels as given.
ImageSet numbered(const std::vector<int>& labels, const std::vector<std::string>& names) {
  ImageSet images = allocate_images({1, 1, 1}, names, static_cast<int64_t>(labels.size()));
  images.labels = labels;
  for (size_t i = 0; i < labels.size(); ++i) images.pixels[i] = static_cast<uint8_t>(i);
  return images;
}

ImageSet with_pixels(const Bytes& pixels) {
  ImageSet images = allocate_images({1, static_cast<int>(pixels.size()), 1}, {"a", "b"}, 1);
  images.pixels = pixels;
  return images;
}

}  // namespace

TEST_CASE("the zero is the rounded mean byte, halves up, and the scale is one over the standard deviation",
          "[datasets][scale]") {
  const PixelScale even = measure_pixel_scale(with_pixels({10, 20, 30, 40}));
  CHECK(even.zero == 25);
  CHECK(even.scale == 0.08944271909999159f);  // 1 / sqrt(125)
  const PixelScale half = measure_pixel_scale(with_pixels({0, 1}));
  CHECK(half.zero == 1);
  CHECK(half.scale == 2.0f);  // around the mean, not around the rounded zero
  CHECK(measure_pixel_scale(with_pixels({0, 0, 1})).zero == 0);
}

TEST_CASE("images of one value have the scale one", "[datasets][scale]") {
  const PixelScale flat = measure_pixel_scale(with_pixels({77, 77, 77}));
  CHECK(flat.zero == 77);
  CHECK(flat.scale == 1.0f);
}

TEST_CASE("folds set every image aside once, with its share of every class, and depend on the seed",
          "[datasets][split]") {
  std::vector<int> labels(100, 0);
  for (size_t i = 60; i < 98; ++i) labels[i] = 1;
  labels[98] = labels[99] = 2;
  const ImageSet images = numbered(labels, {"a", "b", "c"});
  const auto folds = folds_for_search(images, 4, 5);
  REQUIRE(folds.size() == 4);
  std::multiset<uint8_t> scored;
  for (const SearchData& fold : folds) {
    scored.insert(fold.validation.pixels.begin(), fold.validation.pixels.end());
    CHECK(fold.validation.count() == 25);
    CHECK(fold.train.count() == 75);
    CHECK(std::count(fold.validation.labels.begin(), fold.validation.labels.end(), 0) == 15);
    CHECK(std::count(fold.train.labels.begin(), fold.train.labels.end(), 2) >= 1);
    const std::set<uint8_t> trained(fold.train.pixels.begin(), fold.train.pixels.end());
    for (const uint8_t pixel : fold.validation.pixels) CHECK(trained.count(pixel) == 0);
  }
  CHECK(scored == std::multiset<uint8_t>(images.pixels.begin(), images.pixels.end()));
  CHECK(folds_for_search(images, 4, 5)[2].validation.pixels == folds[2].validation.pixels);
  CHECK(folds_for_search(images, 4, 6)[2].validation.pixels != folds[2].validation.pixels);
  labels[99] = 1;
  CHECK_THROWS_WITH(folds_for_search(numbered(labels, {"a", "b", "c"}), 4, 5), Catch::Contains("class 'c' has 1"));
}

TEST_CASE("few images stand so often in a row that an epoch has its least number of steps", "[datasets]") {
  const ImageSet images = numbered({0, 1, 1}, {"a", "b"});
  const auto twice = repeated_for(images, 2, 3);  // steps of two, two and two images; once would make two steps
  REQUIRE(twice);
  CHECK(twice->pixels == std::vector<uint8_t>{0, 1, 2, 0, 1, 2});
  CHECK(twice->labels == std::vector<int>{0, 1, 1, 0, 1, 1});
  CHECK_FALSE(repeated_for(images, 2, 2));
  CHECK_FALSE(repeated_for(images, 2, 0));
  for (const int64_t count : {1, 9, 63, 64, 65, 300, 767, 768})
    for (const int steps : {0, 1, 12}) {
      const int passes = passes_for(count, 64, steps);
      CHECK((passes * count + 63) / 64 >= steps);
      CHECK((passes == 1 || ((passes - 1) * count + 63) / 64 < steps));  // no more than needed
    }
}

TEST_CASE("a split draws its share of every class, keeps the order and loses nothing", "[datasets][split]") {
  std::vector<int> labels;
  for (int i = 0; i < 200; ++i) labels.push_back(i % 10 == 0 ? 2 : i % 3 == 0 ? 1 : 0);  // 20 of class 2
  const ImageSet images = numbered(labels, {"a", "b", "c"});
  const SearchData data = split_for_search(images, 0.1, 5);

  std::map<int, int64_t> all, drawn;
  for (const int label : labels) ++all[label];
  for (const int label : data.validation.labels) ++drawn[label];
  for (const auto& [label, count] : all) CHECK(drawn[label] == (count + 5) / 10);

  std::multiset<uint8_t> bytes(data.train.pixels.begin(), data.train.pixels.end());
  bytes.insert(data.validation.pixels.begin(), data.validation.pixels.end());
  CHECK(bytes == std::multiset<uint8_t>(images.pixels.begin(), images.pixels.end()));
  for (const ImageSet* part : {&data.train, &data.validation}) {
    CHECK(std::is_sorted(part->pixels.begin(), part->pixels.end()));
    for (size_t i = 0; i < part->labels.size(); ++i) CHECK(part->labels[i] == labels[part->pixels[i]]);
    CHECK(part->class_names == images.class_names);
  }
}

TEST_CASE("a split depends on its seed and on nothing else", "[datasets][split]") {
  const ImageSet images = numbered(std::vector<int>(50, 0), {"only"});
  CHECK(split_for_search(images, 0.2, 1).validation.pixels == split_for_search(images, 0.2, 1).validation.pixels);
  CHECK(split_for_search(images, 0.2, 1).validation.pixels != split_for_search(images, 0.2, 2).validation.pixels);
}

TEST_CASE("each class has a draw of its own, which the other classes do not change", "[datasets][split]") {
  std::vector<int> labels(40, 0);
  labels.resize(80, 1);
  const std::vector<int64_t> both = stratified_split(labels, {"a", "b"}, 0.25, Rng(3)).drawn;
  REQUIRE(both.size() == 20);
  const std::vector<int64_t> first(both.begin(), both.begin() + 10);
  std::vector<int64_t> second(both.begin() + 10, both.end());
  for (int64_t& position : second) position -= 40;
  CHECK(first != second);
  labels.resize(50);  // fewer of class b
  const std::vector<int64_t> fewer = stratified_split(labels, {"a", "b"}, 0.25, Rng(3)).drawn;
  CHECK(std::vector<int64_t>(fewer.begin(), fewer.begin() + 10) == first);
}

TEST_CASE("a split takes at least one image of a class and never all", "[datasets][split]") {
  const ImageSet images = numbered({0, 0, 1, 1}, {"a", "b"});
  CHECK(split_for_search(images, 0.01, 0).validation.labels == std::vector<int>{0, 1});
  CHECK(split_for_search(images, 0.99, 0).train.labels == std::vector<int>{0, 1});
}

TEST_CASE("a split of a class with one image is refused with its name", "[datasets][split]") {
  const ImageSet images = numbered({0, 0, 1}, {"cat", "dog"});
  check_refused<ConfigError>([&] { split_for_search(images, 0.5, 0); }, {"'dog'", "1 image", "at least 2"});
  for (const double fraction : {0.0, 1.0, -0.5})
    check_refused<ConfigError>([&] { split_for_search(images, fraction, 0); }, {"fraction", "between 0 and 1"});
}

TEST_CASE("selected images come in the order of the indices", "[datasets]") {
  const ImageSet images = numbered({0, 1, 0, 1}, {"a", "b"});
  const ImageSet selected = select_images(images, {3, 0, 0});
  CHECK(selected.pixels == Bytes{3, 0, 0});
  CHECK(selected.labels == std::vector<int>{1, 0, 0});
  CHECK_THROWS_AS(select_images(images, {4}), std::logic_error);
}

TEST_CASE("images beyond the memory limit are refused before they are allocated", "[datasets]") {
  check_refused<ConfigError>(
      [] {
        allocate_images({4096, 4096, 3}, {"a", "b"}, 1000);
      },
      {"1000 images", "4096x4096x3", "4 GiB"});
}

TEST_CASE("the digest changes with a pixel, a label, a class name and the shape", "[datasets]") {
  const ImageSet images = numbered({0, 1, 0, 1}, {"a", "b"});
  std::set<std::string> digests = {content_digest(images)};
  ImageSet other = select_images(images, {0, 1, 2, 3});
  CHECK(content_digest(other) == content_digest(images));
  other.pixels[2] ^= 1;
  digests.insert(content_digest(other));
  other = images;
  other.labels[3] = 0;
  digests.insert(content_digest(other));
  other = images;
  other.class_names = {"a", "c"};
  digests.insert(content_digest(other));
  other = images;
  other.shape = {1, 2, 1};
  digests.insert(content_digest(other));
  CHECK(digests.size() == 5);
}
