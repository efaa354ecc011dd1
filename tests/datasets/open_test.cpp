#include "datasets/open.h"

#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

void make_folder(const std::filesystem::path& folder) {
  uint8_t tag = 0;
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"})
    put_file(folder / name, solid_png(2, 2, ++tag, 2, 3));
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
  check_usage("imagenet:x",
              {"'imagenet'", "synthetic, cifar10:DIR, idx:DIR, tiny-imagenet:DIR:ID,ID, folder:DIR or csv:FILE"});
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
  for (const char* size : {"5", "x", "5x", "5x4x3x2", "5x4x", "ax4", "5x4 ", ""})
    check_usage(spec + ":" + size, {text("'", size, "'"), "WxH"});
  check_refused<ConfigError>([&] { open_dataset(spec + ":5x0", 0); }, {"5x0", "1 to 4096"});
  check_refused<ConfigError>([&] { open_dataset(spec + ":4097x5", 0); }, {"4097x5", "1 to 4096"});
}

TEST_CASE("a folder may be followed by channels and a fit, and the settled text opens the same from anywhere",
          "[datasets][open]") {
  const TempDir folder;
  make_folder(folder.path());
  const std::string spec = "folder:" + folder.path().string();
  CHECK(open_dataset(spec + ":5x4x1:crop", 0).train.shape == ImageShape{4, 5, 1});
  CHECK(open_dataset(spec + ":pad", 0).train.shape == ImageShape{2, 2, 3});
  CHECK(fit_of(spec + ":5x4:pad") == Fit::kPad);
  CHECK(fit_of(spec) == Fit::kStretch);
  check_usage(spec + ":5x4x2", {"5x4x2", "1 channel (grey) or 3"});
  CHECK(open_dataset(spec, 0).source == spec + ":2x2x3:stretch");
  CHECK(open_dataset("synthetic:train=30", 0).source == "synthetic:train=30");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const Dataset relative = open_dataset("folder:./:crop", 0);
  std::filesystem::current_path(before);
  CHECK(relative.source == spec + ":2x2x3:crop");
  CHECK(content_digest(open_dataset(relative.source, 0).test) == content_digest(relative.test));
}

TEST_CASE("a fit is added once, and the form of one text is given to another", "[datasets][open]") {
  CHECK(with_fit("folder:x:5x4", "crop") == "folder:x:5x4:crop");
  check_refused<ConfigError>([] { with_fit("folder:x:5x4:pad", "crop"); }, {"names a fit already"});
  check_refused<ConfigError>([] { with_fit("folder:x", "tile"); }, {"'tile'", "stretch, crop or pad"});
  check_refused<ConfigError>([] { with_fit("synthetic", "crop"); }, {"only images in files"});
  CHECK(with_form_of("folder:new", "folder:/old:5x4x1:crop") == "folder:new:5x4x1:crop");
  CHECK(with_form_of("folder:new:9x9:pad", "folder:/old:5x4x1:crop") == "folder:new:9x9x1:pad");
  CHECK(with_form_of("csv:new.csv", "folder:/old:5x4x1:crop") == "csv:new.csv:5x4x1:crop");
  CHECK(with_form_of("folder:new", "synthetic") == "folder:new");
}

TEST_CASE("a table of labels names files, classes and parts", "[datasets][open][table]") {
  const TempDir folder;
  make_folder(folder.path());
  const auto table = [&](const std::string& content) {
    put_file(folder / "labels.csv", Bytes(content.begin(), content.end()));
    return "csv:" + (folder / "labels.csv").string();
  };
  const Dataset drawn = open_dataset(table("file,label\na/1.png,10\na/2.png,9\nb/1.png,9\nb/2.png,10\n"), 0);
  CHECK(drawn.train.class_names == std::vector<std::string>{"9", "10"});  // as numbers
  CHECK(drawn.train.count() == 2);
  CHECK(drawn.test.count() == 2);
  // A byte order mark, Windows' line ends, quotes, other columns and names, endings left out, and parts.
  const Dataset divided = open_dataset(table("\xEF\xBB\xBF"
                                             "Id;\"Class\";size;Split\r\na/1;\"a; \"\"1\"\"\";7;train\r\na/2;b;7;"
                                             "train\r\n\r\nb/1.png;b;7;val\r\nb/2.png;b;7;Test\r\n"),
                                       0);
  CHECK(divided.train.class_names == std::vector<std::string>{"a; \"1\"", "b"});
  CHECK(divided.train.labels == std::vector<int>{0, 1, 1});
  CHECK(divided.test.files[0].path == "b/2.png");
  CHECK(open_dataset(table("a/1.png\tx\na/2.png\ty\nb/1.png\tx\nb/2.png\ty"), 0).train.classes() == 2);  // no names
  check_refused<FormatError>([&] { open_dataset(table("file,label\na/1.png\n"), 0); },
                             {"labels.csv, line 2", "column 2"});
  check_refused<FormatError>([&] { open_dataset(table("file,size\na/1.png,3\n"), 0); }, {"line 1", "file and label"});
  check_refused<FormatError>([&] { open_dataset(table("file,label\n\"a,b\n"), 0); }, {"line 3", "without an end"});
  check_refused<FormatError>([&] { open_dataset(table("file,label,split\na/1.png,a,often\n"), 0); },
                             {"line 2", "'often'"});
  check_refused<FormatError>(
      [&] { open_dataset(table("file,label\na/1.png,a\na/2.png,a\nb/1.png,b\nb/2.png,b\nno.png,b\n"), 0); },
      {(folder / "no.png").string(), "No such file"});
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
  for (const char* kind :
       {"synthetic[:NAME=N,...]", "cifar10:DIR[:A,B,...]", "idx:DIR", "folder:DIR[:WxH[xC]]", "csv:FILE[:WxH[xC]]"})
    CHECK_THAT(dataset_help(), Catch::Contains(kind));
}
