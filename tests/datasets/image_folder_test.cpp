#include "datasets/image_folder.h"

#include <sys/stat.h>

#include "core/parallel.h"
#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

namespace fs = std::filesystem;

// A solid image whose red byte tells which it is.
Bytes tagged(uint8_t tag) { return solid_png(2, 2, tag, 0, 9); }

void make_split_folder(const TempDir& folder) {
  put_file(folder.path() / "train/cat/a.png", tagged(1));
  put_file(folder.path() / "train/cat/b.PNG", tagged(2));
  put_file(folder.path() / "train/dog/x.jpeg", make_jpeg(200));
  put_file(folder.path() / "test/dog/y.png", tagged(4));
  put_file(folder.path() / "test/cat/z.jpg", tagged(5));
}

std::vector<int> tags(const ImageSet& images) {
  std::vector<int> found;
  for (int64_t i = 0; i < images.count(); ++i) found.push_back(images.image(i)[0]);
  return found;
}

Dataset load(const TempDir& folder, uint64_t seed = 0) { return load_image_folder(folder.path(), std::nullopt, seed); }

}  // namespace

TEST_CASE("a folder with train and test is read in the order of its names", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  const Dataset data = load(folder);
  CHECK(data.train.class_names == std::vector<std::string>{"cat", "dog"});
  CHECK(data.test.class_names == data.train.class_names);
  CHECK(data.train.labels == std::vector<int>{0, 0, 1});
  CHECK(tags(data.train) == std::vector<int>{1, 2, 153});
  CHECK(data.test.labels == std::vector<int>{0, 1});
  CHECK(tags(data.test) == std::vector<int>{5, 4});
  CHECK(data.train.shape == ImageShape{2, 2, 3});  // of the first image; the JPEG had 8x8
}

TEST_CASE("images are resized to the size given", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  const Dataset data = load_image_folder(folder.path(), ImageSize{3, 5}, 0);
  CHECK(data.train.shape == ImageShape{3, 5, 3});
  CHECK(data.test.shape == ImageShape{3, 5, 3});
  CHECK(tags(data.train) == std::vector<int>{1, 2, 153});
}

TEST_CASE("a test class may be left out, and labels stay those of training", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  fs::remove_all(folder.path() / "test/cat");
  CHECK(load(folder).test.labels == std::vector<int>{1});
}

TEST_CASE("a folder without a split gives a fifth of each class to the test images, by the seed",
          "[datasets][folder]") {
  const TempDir folder;
  for (uint8_t i = 0; i < 30; ++i)
    put_file(folder.path() / (i < 20 ? "many" : "few") / (std::to_string(100 + i) + ".png"), tagged(i));
  const Dataset data = load(folder, 3);
  CHECK(data.train.class_names == std::vector<std::string>{"few", "many"});
  CHECK(data.train.count() == 24);
  CHECK(data.test.labels == std::vector<int>{0, 0, 1, 1, 1, 1});
  std::vector<int> all = tags(data.train);
  for (const int tag : tags(data.test)) {
    CHECK(std::count(all.begin(), all.end(), tag) == 0);
    all.push_back(tag);
  }
  CHECK(all.size() == 30);
  CHECK(tags(load(folder, 3).test) == tags(data.test));
  CHECK(tags(load(folder, 4).test) != tags(data.test));
}

TEST_CASE("the size does not depend on the seed of the split", "[datasets][folder]") {
  const TempDir folder;
  for (uint8_t i = 0; i < 5; ++i)
    put_file(folder.path() / "a" / (std::to_string(i) + ".png"), solid_png(3 + i, 2, i, 0, 0));
  for (uint8_t i = 0; i < 5; ++i) put_file(folder.path() / "b" / (std::to_string(i) + ".png"), tagged(i));
  for (uint64_t seed = 0; seed < 10; ++seed) CHECK(load(folder, seed).train.shape == ImageShape{3, 2, 3});
}

TEST_CASE("the number of threads does not change what is loaded", "[datasets][folder]") {
  const TempDir folder;
  for (uint8_t i = 0; i < 40; ++i)
    put_file(folder.path() / (i % 2 == 0 ? "a" : "b") / (std::to_string(100 + i) + ".png"), tagged(i));
  const int before = thread_count();
  std::vector<std::string> digests;
  for (const int threads : {1, 3}) {
    set_thread_count(threads);
    digests.push_back(content_digest(load(folder).train));
  }
  set_thread_count(before);
  CHECK(digests[0] == digests[1]);
}

TEST_CASE("hidden files and loose files beside the classes are ignored", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "train/.cache/a.png", {1});
  put_file(folder.path() / "train/cat/.hidden", {1});
  put_file(folder.path() / "train/readme.txt", {1});
  CHECK(load(folder).train.count() == 3);
}

TEST_CASE("an image that does not decode is refused with its path, the first by name when several do not",
          "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "train/cat/b.PNG", {1, 2, 3});
  put_file(folder.path() / "train/dog/x.jpeg", {1, 2, 3});
  check_refused<FormatError>([&] { load(folder); }, {(folder.path() / "train/cat/b.PNG").string(), "does not decode"});
}

TEST_CASE("a file that is no image is refused with the accepted endings", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "train/dog/notes.txt", {1});
  check_refused<FormatError>([&] { load(folder); },
                             {(folder.path() / "train/dog/notes.txt").string(), ".png, .jpg or .jpeg"});
  fs::remove(folder.path() / "train/dog/notes.txt");
  fs::create_directory(folder.path() / "train/dog/more.png");
  check_refused<FormatError>([&] { load(folder); },
                             {(folder.path() / "train/dog/more.png").string(), "not a regular file"});
}

TEST_CASE("an empty class folder is refused", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  fs::create_directory(folder.path() / "train/owl");
  check_refused<ConfigError>([&] { load(folder); }, {(folder.path() / "train/owl").string(), "empty class folder"});
}

TEST_CASE("a test class that training lacks is refused", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "test/owl/a.png", tagged(1));
  check_refused<ConfigError>([&] { load(folder); }, {(folder.path() / "test/owl").string(), "training", "'owl'"});
}

TEST_CASE("fewer than two classes are refused", "[datasets][folder]") {
  const TempDir folder;
  check_refused<ConfigError>([&] { load(folder); }, {folder.path().string(), "0 class folder", "at least 2"});
  put_file(folder.path() / "train/cat/a.png", tagged(1));
  put_file(folder.path() / "test/cat/a.png", tagged(1));
  check_refused<ConfigError>([&] { load(folder); },
                             {(folder.path() / "train").string(), "1 class folder", "at least 2"});
}

TEST_CASE("a class of one image cannot be split", "[datasets][folder]") {
  const TempDir folder;
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png"}) put_file(folder.path() / name, tagged(1));
  check_refused<ConfigError>([&] { load(folder); }, {"'b'", "1 image", "at least 2"});
}

TEST_CASE("a missing folder is named", "[datasets][folder]") {
  const TempDir folder;
  const fs::path nowhere = folder / "nowhere";
  check_refused<IoError>([&] { load_image_folder(nowhere, std::nullopt, 0); }, {nowhere.string(), "no such folder"});
  put_file(folder.path() / "train/cat/a.png", tagged(1));
  check_refused<IoError>([&] { load(folder); }, {(folder / "test").string(), "no such folder", "train/ and test/"});
  fs::create_directory(folder / "test");
  put_file(folder.path() / "train/dog/a.png", tagged(1));
  check_refused<ConfigError>([&] { load(folder); }, {(folder / "test").string(), "no class folder"});
}

TEST_CASE("damaged files in a folder are loaded or refused, never worse", "[datasets][folder][damage]") {
  const TempDir folder;
  make_split_folder(folder);
  Rng rng(4);
  for (int round = 0; round < 100; ++round) {
    put_file(folder.path() / "train/cat/b.PNG", damaged(tagged(2), rng));
    put_file(folder.path() / "train/dog/x.jpeg", damaged(make_jpeg(200), rng));
    check_survives([&] { load(folder); });
  }
}

TEST_CASE("a real pair of Tiny ImageNet loads, grey images as colour", "[datasets][folder][real]") {
  const auto folder = real_data("tiny-imagenet-pairs/volleyball-basketball");
  if (!folder) return;
  const Dataset data = load_image_folder(*folder, std::nullopt, 0);
  CHECK(data.train.shape == ImageShape{64, 64, 3});
  CHECK(data.train.class_names == std::vector<std::string>{"basketball", "volleyball"});
  CHECK(data.train.count() == 1000);
  CHECK(data.test.count() == 100);
  for (const int label : {0, 1}) CHECK(std::count(data.test.labels.begin(), data.test.labels.end(), label) == 50);
  int grey_images = 0;
  for (int64_t i = 0; i < data.train.count(); ++i) {
    const uint8_t* pixel = data.train.image(i);
    bool grey = true;
    for (int64_t p = 0; p < data.train.shape.size(); p += 3)
      grey = grey && pixel[p] == pixel[p + 1] && pixel[p] == pixel[p + 2];
    grey_images += grey ? 1 : 0;
  }
  CHECK(grey_images > 0);
  CHECK(content_digest(data.train).substr(0, 16) == "200c724d6f7880ea");
}
