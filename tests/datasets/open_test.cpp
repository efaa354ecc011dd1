#include "datasets/open.h"

#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

void make_folder(const std::filesystem::path& folder) {
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"})
    put_file(folder / name, solid_png(2, 2, 1, 2, 3));
}

void check_usage(const std::string& spec, const std::vector<std::string>& parts) {
  INFO(spec);
  check_refused<ConfigError>([&] { open_dataset(spec, 0); }, parts);
}

}  // namespace

TEST_CASE("the generated data set takes its options from the text", "[datasets][open]") {
  const Dataset plain = open_dataset("synthetic", 0);
  CHECK(plain.name == "synthetic");
  CHECK(plain.train.count() == 1000);
  CHECK(plain.test.count() == 400);
  const Dataset chosen =
      open_dataset("synthetic:classes=3,size=48,channels=1,train=30,test=6,seed=18446744073709551615", 0);
  CHECK(chosen.train.shape == ImageShape{48, 48, 1});
  CHECK(chosen.train.classes() == 3);
  CHECK(chosen.train.count() == 30);
  CHECK(chosen.test.count() == 6);
  CHECK(open_dataset("synthetic:train=30", 1).train.pixels ==
        open_dataset("synthetic:train=30,seed=0", 2).train.pixels);
}

TEST_CASE("a wrong option of the generated data set is refused with the known ones", "[datasets][open]") {
  check_usage("synthetic:colour=3", {"'colour'", "classes, size, channels, train, test, seed"});
  check_usage("synthetic:size=big", {"'size=big'", "size=NUMBER"});
  check_usage("synthetic:size=32x", {"size=NUMBER"});
  check_usage("synthetic:size", {"'size'", "size=NUMBER"});
  check_usage("synthetic:size=99999999999", {"size=NUMBER"});
  check_usage("synthetic:size=32,", {"unknown option ''"});
  check_refused<ConfigError>([] { open_dataset("synthetic:size=1000", 0); }, {"size=1000", "8 to 256"});
}

TEST_CASE("an unknown kind or a missing folder in the text is refused", "[datasets][open]") {
  check_usage("imagenet:x", {"'imagenet'", "synthetic, cifar10:DIR, idx:DIR, tiny-imagenet:DIR:ID,ID or folder:DIR"});
  check_usage("", {"unknown kind ''"});
  for (const std::string kind : {"cifar10", "idx", "folder"}) {
    check_usage(kind, {kind + ":DIR"});
    check_usage(kind + ":", {kind + ":DIR"});
  }
  check_usage("folder::64x64", {"folder:DIR"});
}

TEST_CASE("a folder may be followed by a size, width first", "[datasets][open]") {
  const TempDir folder;
  make_folder(folder.path());
  const std::string spec = "folder:" + folder.path().string();
  CHECK(open_dataset(spec, 0).train.shape == ImageShape{2, 2, 3});
  CHECK(open_dataset(spec + ":5x4", 0).train.shape == ImageShape{4, 5, 3});
  CHECK(open_dataset(spec + ":5x4", 0).name == spec + ":5x4");
  for (const char* size : {"5", "x", "5x", "5x4x3", "ax4", "5x4 ", ""})
    check_usage(spec + ":" + size, {text("'", size, "'"), "WxH"});
  check_refused<ConfigError>([&] { open_dataset(spec + ":5x0", 0); }, {"5x0", "1 to 4096"});
  check_refused<ConfigError>([&] { open_dataset(spec + ":4097x5", 0); }, {"4097x5", "1 to 4096"});
}

TEST_CASE("a folder that exists may have a colon in its name", "[datasets][open]") {
  const TempDir folder;
  make_folder(folder / "pets:old");
  const std::string spec = "folder:" + (folder / "pets:old").string();
  CHECK(open_dataset(spec, 0).train.count() == 2);
  CHECK(open_dataset(spec + ":3x3", 0).train.shape == ImageShape{3, 3, 3});
}

TEST_CASE("class names follow the folder of CIFAR-10", "[datasets][open]") {
  const TempDir folder;
  const std::string spec = "cifar10:" + folder.path().string();
  check_usage(spec + ":cat,,dog", {"'cat,,dog'", "single commas"});
  check_usage(spec + ":", {"single commas"});
  check_refused<IoError>([&] { open_dataset(spec + ":cat,dog", 0); }, {(folder / "batches.meta.txt").string()});
  check_refused<IoError>([&] { open_dataset("idx:" + folder.path().string(), 0); },
                         {(folder / "train-images-idx3-ubyte").string()});
}

TEST_CASE("the help names every kind", "[datasets][open]") {
  for (const char* kind : {"synthetic[:classes=2,size=32,channels=3,train=1000,test=400,seed=0]",
                           "cifar10:DIR[:A,B,...]", "idx:DIR", "folder:DIR[:WxH]"})
    CHECK_THAT(dataset_help(), Catch::Contains(kind));
}
