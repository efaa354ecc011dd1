#include "datasets/image_folder.h"

#include <algorithm>
#include <map>

#include "core/io/sha256.h"
#include "core/parallel.h"
#include "datasets/contradictions.h"
#include "tests/datasets/image_folders.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

TEST_CASE("a folder with train and test is read in the order of its names", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  const Dataset data = load(folder);
  CHECK(data.train.class_names == std::vector<std::string>{"cat", "dog"});
  CHECK(data.test.class_names == data.train.class_names);
  CHECK(data.train.labels == std::vector<int>{0, 0, 1});
  CHECK(tags(data.train) == std::vector<int>{1, 2, 3});
  CHECK(data.test.labels == std::vector<int>{0, 1});
  CHECK(tags(data.test) == std::vector<int>{5, 4});
  CHECK(data.train.shape == ImageShape{2, 2, 3});
  CHECK(data.train.files[1].path == "train/cat/b.PNG");
  const Bytes file = tagged(2);
  CHECK(data.train.files[1].sha256 == sha256_hex(std::as_bytes(std::span(file))));
  CHECK(data.notes.empty());
}

TEST_CASE("images are resized to the size given", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  const Dataset data = load_image_folder(folder.path(), {.size = ImageSize{3, 5}}, {});
  CHECK(data.train.shape == ImageShape{3, 5, 3});
  CHECK(data.test.shape == ImageShape{3, 5, 3});
  CHECK(tags(data.train) == std::vector<int>{1, 2, 3});
}

TEST_CASE("a test class may be left out, and labels stay those of training", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  fs::remove_all(folder.path() / "test/cat");
  CHECK(load(folder).test.labels == std::vector<int>{1});
}

TEST_CASE("a folder without a split gives about a fifth of each class to the test images, by the seed",
          "[datasets][folder]") {
  const TempDir folder;
  make_classes(folder.path(), {{"many", 200}, {"few", 3}});
  const Dataset data = load(folder, 3);
  CHECK(data.train.class_names == std::vector<std::string>{"few", "many"});
  CHECK(data.train.count() + data.test.count() == 203);
  const auto few = std::count(data.test.labels.begin(), data.test.labels.end(), 0);
  CHECK(few >= 1);
  CHECK(few <= 2);
  CHECK(data.test.count() - few > 20);  // of 200, at a fifth: 40, with a standard deviation of 6
  CHECK(data.test.count() - few < 60);
  for (const int tag : tags(data.test)) {
    const std::vector<int> trained = tags(data.train);
    CHECK(std::count(trained.begin(), trained.end(), tag) == 0);
  }
  CHECK(tags(load(folder, 3).test) == tags(data.test));
  CHECK(tags(load(folder, 4).test) != tags(data.test));
}

TEST_CASE("images that are added, renamed or removed move no other image to the other side of the split",
          "[datasets][folder][split]") {
  const TempDir folder;
  make_classes(folder.path(), {{"a", 40}, {"b", 40}});
  const std::vector<int> before = tags(load(folder).test);
  for (uint8_t i = 0; i < 60; ++i)
    put_file(folder.path() / (i % 3 == 0 ? "a" : "b") / ("0-" + std::to_string(i) + ".png"),
             tagged(static_cast<uint8_t>(100 + i)));
  fs::rename(folder.path() / "a/101.png", folder.path() / "a/zzz.png");
  fs::remove(folder.path() / "b/139.png");
  std::vector<int> after = tags(load(folder).test);
  std::erase_if(after, [](int tag) { return tag >= 100; });
  std::vector<int> expected = before;
  std::erase(expected, 80);  // the one that was removed, if it was a test image
  std::sort(after.begin(), after.end());
  std::sort(expected.begin(), expected.end());
  CHECK(after == expected);
}

TEST_CASE("equal files stay on one side of the split", "[datasets][folder][split]") {
  const TempDir folder;
  make_classes(folder.path(), {{"a", 10}, {"b", 10}});
  for (int copy = 0; copy < 20; ++copy)
    put_file(folder.path() / "a" / ("copy" + std::to_string(copy) + ".png"), tagged(1));
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const Dataset data = load(folder, seed);
    const std::vector<int> trained = tags(data.train), tested = tags(data.test);
    CHECK(std::min(std::count(trained.begin(), trained.end(), 1), std::count(tested.begin(), tested.end(), 1)) == 0);
  }
}

TEST_CASE("images keep their size where all have it, and otherwise a size is proposed, never the first one's taken",
          "[datasets][folder]") {
  const TempDir folder;
  make_classes(folder.path(), {{"a", 5}, {"b", 5}});
  CHECK(load(folder).train.shape == ImageShape{2, 2, 3});
  put_file(folder.path() / "b/other.png", solid_png(3, 2, 1, 2, 3));
  check_refused<ConfigError>([&] { load(folder); },
                             {folder.path().string(), "11 images", "2 pixels wide", "2 to 3 high",
                              "WIDTHxHEIGHT, such as --data folder:" + folder.path().string() + ":8x8"});
  CHECK(load_small(folder).train.shape == ImageShape{2, 2, 3});
  for (const char* name : {"a/1", "a/2", "b/1", "b/2"})
    put_file(folder.path() / "photos" / (std::string(name) + ".png"),
             solid_png(300, 400, static_cast<uint8_t>(name[0]), static_cast<uint8_t>(name[2]), 3));
  check_refused<ConfigError>([&] { load_image_folder(folder.path() / "photos", {}, {}); },
                             {"4 images are 400 pixels wide and 300 high", "1.4 MB", ":64x48"});
}

TEST_CASE("a set of grey files has one channel, one of colour three, and either can be asked for",
          "[datasets][folder]") {
  const TempDir folder;
  for (uint8_t i = 0; i < 4; ++i)
    put_file(folder.path() / (i % 2 == 0 ? "a" : "b") / (std::to_string(i) + ".png"),
             make_png(2, 2, i < 2 ? 0 : 4, Bytes(i < 2 ? 4 : 8, i)));
  CHECK(load(folder).train.shape == ImageShape{2, 2, 1});
  CHECK(load_image_folder(folder.path(), {.channels = 3}, {}).train.shape == ImageShape{2, 2, 3});
  put_file(folder.path() / "a/9.png", tagged(1));
  CHECK(load(folder).train.shape == ImageShape{2, 2, 3});
  CHECK(load_image_folder(folder.path(), {.channels = 1}, {}).train.shape == ImageShape{2, 2, 1});
}

TEST_CASE("a run's images are found again by their content, and what was added is left out and told",
          "[datasets][folder][recorded]") {
  const TempDir folder;
  make_classes(folder.path(), {{"a", 10}, {"b", 10}});
  const Dataset before = load(folder);
  LoadRequest request;
  request.recorded = RecordedImages{
      before.train.class_names, {before.train.labels, before.train.files}, {before.test.labels, before.test.files}};
  put_file(folder.path() / "a/new.png", tagged(99));
  put_file(folder.path() / "c/new.png", {1, 2, 3});  // another class, and no image
  fs::rename(folder.path() / "b/100.png", folder.path() / "b/renamed.png");
  const Dataset after = load_image_folder(folder.path(), {}, request);
  CHECK(content_digest(after.train) == content_digest(before.train));
  CHECK(content_digest(after.test) == content_digest(before.test));
  CHECK(has_note(after, "2 added (a/new.png, c/new.png); what was added is left out"));
  put_file(folder.path() / "b/101.png", tagged(98));
  fs::remove(folder.path() / "a/103.png");
  check_refused<ConfigError>(
      [&] { load_image_folder(folder.path(), {}, request); },
      {"not those that the run began with", "2 removed or changed (", "a/103.png", "b/101.png", "added"});
}

TEST_CASE("all images of an undivided folder, or the test part of a divided one, are there to be measured on",
          "[datasets][folder][measure]") {
  const TempDir folder;
  make_classes(folder.path(), {{"b", 5}});
  LoadRequest request{.purpose = Purpose::kMeasuring};
  request.class_names = {"a", "b"};
  request.shape = ImageShape{3, 4, 1};
  const Dataset data = load_image_folder(folder.path(), {}, request);
  CHECK(data.train.count() == 0);
  CHECK(data.test.labels == std::vector<int>(5, 1));
  CHECK(data.test.class_names == request.class_names);
  CHECK(data.test.shape == *request.shape);
  request.class_names = {"a", "c"};
  check_refused<ConfigError>([&] { load_image_folder(folder.path(), {}, request); }, {"knows no class 'b'", "a, c"});
  const TempDir divided;
  put_file(divided / "test/a/1.png", tagged(1));
  CHECK(load_image_folder(divided.path(), {}, {.purpose = Purpose::kMeasuring}).test.count() == 1);
  check_refused<IoError>([&] { load(divided); }, {(divided / "train").string(), "no such folder"});
  make_classes(divided / "train", {{"a", 4}});
  CHECK(load_image_folder(divided.path(), {}, {.purpose = Purpose::kMeasuring}).test.count() == 1);
}

TEST_CASE("test images that are training images too are told", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "test/cat/again.png", tagged(1));
  CHECK(has_note(load(folder), "1 of 3 test images are training images too (test/cat/again.png)"));
}

TEST_CASE("nothing can be learnt from equal images, nor from images that stand in every class", "[datasets]") {
  const TempDir folder;
  for (const char* name : {"train/a/1.png", "train/b/1.png", "test/a/1.png"}) put_file(folder.path() / name, tagged(1));
  check_refused<ConfigError>([&] { check_learnable(load(folder).train); }, {"all 2 training images are equal"});
  for (const char* name : {"train/a/2.png", "train/b/2.png"}) put_file(folder.path() / name, tagged(2));
  check_refused<ConfigError>([&] { check_searchable(load(folder).train); },
                             {"each training image", "more than one class"});
  CHECK_NOTHROW(check_learnable(load(folder).train));  // a training can be watched, and says what is wrong
  CHECK_THAT(contradiction_text(load(folder).train), Catch::Contains("nothing tells the classes apart"));
  put_file(folder.path() / "train/b/3.png", tagged(3));
  CHECK_NOTHROW(check_searchable(load(folder).train));
  CHECK_THAT(contradiction_text(load(folder).train), Catch::StartsWith("2 of 3 different training images"));
  fs::remove(folder.path() / "train/a/2.png");
  check_refused<ConfigError>([&] { check_searchable(load(folder).train); },
                             {"'a'", "1 training image(s)", "at least 2"});
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

TEST_CASE("all files that cannot be used are told at once, and can be left out", "[datasets][folder]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "train/dog/notes.txt", {'n', 'o'});
  check_refused<FormatError>([&] { load(folder); }, {(folder.path() / "train/dog/notes.txt").string(),
                                                     ": is a text file and no image", "--skip-bad"});
  Bytes undecodable = tagged(7);
  undecodable[undecodable.size() - 25] ^= 0xFF;  // in the compressed pixels
  undecodable[41] = 0x79;                        // no such compression
  reseal_png(undecodable);
  put_file(folder.path() / "train/cat/broken.png", undecodable);
  put_file(folder.path() / "test/cat/z.jpg", {});
  put_file(folder.path() / "test/cat/z2.png", tagged(5));
  check_refused<FormatError>([&] { load(folder); }, {"3 of 8 files cannot be used", "broken.png", "does not decode",
                                                     "notes.txt is a text file", "z.jpg is empty"});
  const Dataset data = load_image_folder(folder.path(), {}, {.skip_bad = true});
  CHECK(tags(data.train) == std::vector<int>{1, 2, 3});
  CHECK(tags(data.test) == std::vector<int>{5, 4});
  REQUIRE(data.skipped.size() == 3);
  CHECK(data.skipped[0].path == "train/cat/broken.png");
  CHECK(has_note(data, "3 of 8 files are left out"));
  for (const char* name : {"train/dog/notes.txt", "train/dog/x.jpeg"}) put_file(folder.path() / name, {});
  check_refused<ConfigError>([&] { load_image_folder(folder.path(), {}, {.skip_bad = true}); },
                             {"class 'dog' has no training image"});
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
  check_refused<ConfigError>([&] { load(folder); }, {folder.path().string(), "1 class folder", "at least 2"});
  fs::remove_all(folder.path() / "train");
  fs::remove_all(folder.path() / "test");
  put_file(folder.path() / "a.png", tagged(1));
  check_refused<ConfigError>([&] { load(folder); }, {"put its 1 file(s) into a folder for each class"});
  put_file(folder.path() / "labels.csv", {'x'});
  check_refused<ConfigError>([&] { load(folder); }, {"name the table: --data csv:" + (folder / "labels.csv").string()});
}

TEST_CASE("a class of one image, or of equal ones, cannot be split", "[datasets][folder]") {
  const TempDir folder;
  for (const char* name : {"a/1.png", "b/1.png"}) put_file(folder.path() / name, tagged(1));
  put_file(folder.path() / "a/2.png", tagged(2));
  check_refused<ConfigError>([&] { load(folder); }, {"'b'", "1 image", "at least 2"});
  put_file(folder.path() / "b/2.png", tagged(1));
  check_refused<ConfigError>([&] { load(folder); }, {"'b'", "2 image", "all of them equal"});
}

TEST_CASE("a missing folder is named", "[datasets][folder]") {
  const TempDir folder;
  const fs::path nowhere = folder / "nowhere";
  check_refused<IoError>([&] { load_image_folder(nowhere, {}, {}); }, {nowhere.string(), "no such folder"});
}

TEST_CASE("damaged files in a folder are loaded or refused, never worse", "[datasets][folder][damage]") {
  const TempDir folder;
  make_split_folder(folder);
  Rng rng(4);
  for (int round = 0; round < 100; ++round) {
    Bytes png = damaged(tagged(2), rng);
    if (rng.coin()) reseal_png(png);
    put_file(folder.path() / "train/cat/b.PNG", png);
    put_file(folder.path() / "train/dog/x.jpeg", damaged(make_jpeg(200), rng));
    check_survives([&] { load_small(folder); });
  }
}

TEST_CASE("a real pair of Tiny ImageNet loads, grey images as colour", "[datasets][folder][real]") {
  const auto folder = real_data("tiny-imagenet-pairs/volleyball-basketball");
  if (!folder) return;
  const Dataset data = load_image_folder(*folder, {}, {});
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
