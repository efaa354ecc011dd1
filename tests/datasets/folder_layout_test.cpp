// How folders of images are laid out by people and by other tools, and the names of their classes.
#include "datasets/readable_name.h"
#include "tests/datasets/image_folders.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

TEST_CASE("other tools' parts are understood, and what was understood is told", "[datasets][folder][layout]") {
  const auto count = [](const std::vector<std::string>& parts) {
    const TempDir folder;
    uint8_t tag = 0;
    for (const std::string& part : parts)
      for (const char* name : {"a", "b"})
        for (int i = 0; i < 5; ++i) put_file(folder.path() / part / name / (std::to_string(i) + ".png"), tagged(++tag));
    const Dataset data = load(folder);
    CHECK(data.notes.empty() == (parts.size() == 2 && parts[1] != "val" && parts[1] != "valid"));
    return std::pair(data.train.count(), data.test.count());
  };
  CHECK(count({"train", "test"}) == std::pair<int64_t, int64_t>(10, 10));
  CHECK(count({"Train", "Test"}) == std::pair<int64_t, int64_t>(10, 10));
  CHECK(count({"training", "testing"}) == std::pair<int64_t, int64_t>(10, 10));
  CHECK(count({"train", "val"}) == std::pair<int64_t, int64_t>(10, 10));
  CHECK(count({"train", "valid"}) == std::pair<int64_t, int64_t>(10, 10));
  CHECK(count({"train", "validation", "test"}) == std::pair<int64_t, int64_t>(20, 10));
  const auto alone = count({"train"});
  CHECK(alone.first + alone.second == 10);
  CHECK(alone.second >= 2);
  const auto deeper = count({"one/folder/train", "one/folder/test", "one/folder/val"});
  CHECK(deeper == std::pair<int64_t, int64_t>(20, 10));
}

TEST_CASE("classes may be called train or test", "[datasets][folder][layout]") {
  const TempDir folder;
  make_classes(folder.path(), {{"bus", 4}, {"car", 4}, {"train", 4}});
  CHECK(load(folder).train.class_names == std::vector<std::string>{"bus", "car", "train"});
  fs::remove_all(folder.path() / "bus");
  fs::rename(folder.path() / "train", folder.path() / "test");
  CHECK(load(folder).train.class_names == std::vector<std::string>{"car", "test"});
  fs::rename(folder.path() / "car", folder.path() / "train");  // now it may be either
  check_refused<ConfigError>([&] { load(folder); }, {"holds no class folders", "csv:FILE"});
}

TEST_CASE("a folder beside the parts, and one inside a class, are not left out silently",
          "[datasets][folder][layout]") {
  const TempDir folder;
  make_split_folder(folder);
  put_file(folder.path() / "more/cat/a.png", tagged(9));
  check_refused<ConfigError>([&] { load(folder); }, {(folder.path() / "more").string(), "is no part of the data set"});
  fs::rename(folder.path() / "more/cat", folder.path() / "train/cat/more");
  fs::remove(folder.path() / "more");
  check_refused<ConfigError>([&] { load(folder); }, {(folder.path() / "train/cat/more").string(),
                                                     "is a folder, expected an image", "too high"});
}

TEST_CASE("annotations beside images are told and not read, and a set for object detection is called that",
          "[datasets][folder][layout]") {
  const TempDir folder;
  make_classes(folder.path() / "set", {{"a", 4}, {"b", 4}});
  const fs::path image = *fs::directory_iterator(folder.path() / "set/a");
  put_file(fs::path(image).replace_extension(".txt"), {'0'});
  put_file(fs::path(image).replace_extension(".XML"), {'<'});
  const auto loaded = [&](const char* name) { return load_image_folder(folder.path() / name, {}, {}); };
  const Dataset data = loaded("set");
  CHECK(data.train.count() + data.test.count() == 8);
  REQUIRE(data.notes.size() == 1);
  CHECK(data.notes[0].starts_with("2 .txt, .xml or .json files"));
  put_file(folder.path() / "set/a/notes.txt", {'n'});  // beside no image of that name
  check_refused<FormatError>([&] { loaded("set"); }, {"notes.txt", "is a text file"});
  fs::remove(folder.path() / "set/a/notes.txt");

  fs::rename(folder.path() / "set", folder.path() / "images");  // images/CLASS beside labels
  put_file(folder.path() / "yolo/Labels/train/7.txt", {'0'});
  fs::rename(folder.path() / "images", folder.path() / "yolo/images");
  CHECK(loaded("yolo").train.class_names == std::vector<std::string>{"a", "b"});
  CHECK(loaded("yolo").notes.size() == 2);
  fs::rename(folder.path() / "yolo/images/a", folder.path() / "yolo/train");
  fs::remove_all(folder.path() / "yolo/images");
  fs::rename(folder.path() / "yolo/train", folder.path() / "yolo/images");  // images without classes
  check_refused<ConfigError>([&] { loaded("yolo"); }, {"yolo/images", "object detection", "csv:FILE"});
  fs::create_directories(folder.path() / "split");
  fs::rename(folder.path() / "yolo", folder.path() / "split/train");
  check_refused<ConfigError>([&] { loaded("split"); }, {"split/train/images", "object detection"});
}

TEST_CASE("what this program wrote into a data folder is no class of it", "[datasets][folder][layout]") {
  const TempDir folder;
  make_classes(folder.path(), {{"a", 4}, {"b", 4}});
  put_file(folder.path() / "run/run.json", {'{', '}'});
  put_file(folder.path() / "runs/one/run.json", {'{', '}'});
  put_file(folder.path() / "a/run/run.json", {'{', '}'});
  put_file(folder.path() / "firmware/model.h", {});
  put_file(folder.path() / "firmware/mn.h", {});
  put_file(folder.path() / "cache" / (std::string(64, 'a') + ".json"), {'{', '}'});
  put_file(folder.path() / "__MACOSX/a/._100.png", {1});
  CHECK(load(folder).train.class_names == std::vector<std::string>{"a", "b"});
}

TEST_CASE("names of classes are one in all normal forms and encodings", "[datasets][folder][layout]") {
  const TempDir folder;
  make_split_folder(folder);
  fs::rename(folder.path() / "train/cat", folder.path() / "train/caf\xC3\xA9");  // composed
  fs::rename(folder.path() / "test/cat", folder.path() / "test/cafe\xCC\x81");   // decomposed, as on macOS
  fs::rename(folder.path() / "train/dog", folder.path() /
                                              "train/stra\xDF"
                                              "e");  // Latin-1
  fs::rename(folder.path() / "test/dog", folder.path() /
                                             "test/stra\xC3\x9F"
                                             "e");
  const Dataset data = load(folder);
  CHECK(data.train.class_names == std::vector<std::string>{"caf\xC3\xA9",
                                                           "stra\xC3\x9F"
                                                           "e"});
  CHECK(tags(data.test) == std::vector<int>{5, 4});
  fs::create_directory(folder.path() / "train/cafe\xCC\x81");
  check_refused<ConfigError>([&] { load(folder); }, {"has the same name as", "join the two folders"});
}

TEST_CASE("names are composed letter by letter, also with two marks and in Korean", "[datasets][names]") {
  CHECK(composed_utf8("Tie\xCC\x82\xCC\x81ng") == "Ti\xE1\xBA\xBFng");
  CHECK(composed_utf8("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB") == "\xED\x95\x9C");
  CHECK(composed_utf8("plain \xE6\x97\xA5 \xF0\x9F\x98\x80") == "plain \xE6\x97\xA5 \xF0\x9F\x98\x80");
  CHECK(composed_utf8("\xFF\xC0\x80") == "\xC3\xBF\xC3\x80\xC2\x80");
}
