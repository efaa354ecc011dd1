#include "datasets/suite.h"

#include <cmath>
#include <cstdlib>
#include <set>
#include <sstream>

#include "datasets/open.h"
#include "tests/datasets/files.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;
namespace fs = std::filesystem;

TEST_CASE("the suite has 31 data sets with names of their own", "[datasets][suite]") {
  std::set<std::string> names;
  for (const SuiteEntry& entry : suite_table()) {
    names.insert(entry.name);
    CHECK(&suite_entry(entry.name) == &entry);
    CHECK(entry.name.find_first_of(",/ ") == std::string::npos);
    CHECK((entry.classes.empty() ? 10u : entry.classes.size()) == static_cast<size_t>(entry.class_count));
  }
  CHECK(names.size() == 31);
  check_refused<ConfigError>([] { suite_entry("birds"); }, {"'birds'", "airplane-automobile", "vehicles"});
}

TEST_CASE("the suite's figures are those of Table 2", "[datasets][suite][reference]") {
  const char* folder = std::getenv("MININAS_REFERENCE");
  if (folder == nullptr) return skip("MININAS_REFERENCE is not set");
  std::istringstream lines(read_text_file(fs::path(folder) / "table2.csv"));
  std::string line;
  std::getline(lines, line);
  for (const SuiteEntry& entry : suite_table()) {
    REQUIRE(std::getline(lines, line));
    INFO(line);
    std::ostringstream expected;
    expected << "," << (entry.source == SuiteSource::kCifar10 ? "cifar10" : "tiny-imagenet") << "," << entry.class_count
             << "," << (entry.published_gain > 0 ? "+" : "") << entry.published_gain << ","
             << entry.published_efficiency;
    CHECK_THAT(line, Catch::EndsWith(expected.str()));
    std::string name = line.substr(0, line.size() - expected.str().size());
    if (entry.source == SuiteSource::kCifar10 && !entry.classes.empty())
      for (const std::string& one : entry.classes) CHECK_THAT(name, Catch::Contains(one));
  }
  CHECK_FALSE(std::getline(lines, line));
}

TEST_CASE("a data set of the suite is found below its root, or is told how to get", "[datasets][suite]") {
  const TempDir root;
  const SuiteEntry &planes = suite_entry("airplane-automobile"), &cats = suite_entry("egyptian_cat-persian_cat");
  CHECK_FALSE(suite_data(planes, root.path()));
  CHECK_FALSE(suite_data(cats, root.path()));
  CHECK_THAT(how_to_get(planes, root.path()), Catch::Contains("make cifar10"));
  CHECK_THAT(how_to_get(cats, root.path()), Catch::Contains("tiny-imagenet-200.zip"));
  fs::create_directories(root / "cifar-10-batches-bin");
  CHECK(suite_data(planes, root.path()) ==
        "cifar10:" + (root / "cifar-10-batches-bin").string() + ":airplane,automobile");
  CHECK(suite_data(suite_entry("cifar10"), root.path()) == "cifar10:" + (root / "cifar-10-batches-bin").string());
  fs::create_directories(root / "tiny-imagenet-pairs/egyptian_cat-persian_cat");
  CHECK(suite_data(cats, root.path()) == "folder:" + (root / "tiny-imagenet-pairs/egyptian_cat-persian_cat").string());
  fs::create_directories(root / "tiny-imagenet-200");
  CHECK_THAT(*suite_data(cats, root.path()),
             Catch::StartsWith("tiny-imagenet:") && Catch::EndsWith("n02123394=persian_cat"));
}

namespace {

// Two of the classes with two training images and one test image each, and a third that is not used.
void make_tiny_imagenet(const fs::path& root) {
  std::string annotations;
  for (const std::string id : {"n00000001", "n00000002", "n00000003"}) {
    for (const std::string file : {"_0.JPEG", "_1.JPEG"})
      put_file(root / "train" / id / "images" / (id + file), make_jpeg(128 + 40 * (id.back() - '0')));
    put_file(root / "val/images" / ("val_" + id + ".JPEG"), make_jpeg(128 + 40 * (id.back() - '0')));
    annotations += "val_" + id + ".JPEG\t" + id + "\t0\t0\t62\t62\n";
  }
  write_text_file(root / "val/val_annotations.txt", annotations);
}

}  // namespace

TEST_CASE("Tiny ImageNet is read from its native layout, classes by their ids in the order given",
          "[datasets][tiny-imagenet]") {
  const TempDir root;
  make_tiny_imagenet(root.path());
  const Dataset data = open_dataset("tiny-imagenet:" + root.path().string() + ":n00000003=three,n00000001", 0);
  CHECK(data.train.class_names == std::vector<std::string>{"three", "n00000001"});
  CHECK(data.test.class_names == data.train.class_names);
  CHECK(data.train.labels == std::vector<int>{0, 0, 1, 1});
  CHECK(data.test.labels == std::vector<int>{1, 0});  // in the order of the files
  CHECK(data.train.shape == ImageShape{64, 64, 3});
  CHECK(data.train.image(0)[0] == data.test.image(1)[0]);
  CHECK(data.train.image(0)[0] != data.train.image(2)[0]);
}

TEST_CASE("a Tiny ImageNet that is not whole is refused with the place", "[datasets][tiny-imagenet]") {
  const TempDir root;
  make_tiny_imagenet(root.path());
  const auto load = [&](const std::string& classes) {
    return [&, classes] { open_dataset("tiny-imagenet:" + root.path().string() + classes, 0); };
  };
  check_refused<ConfigError>(load(""), {"expected"});
  check_refused<ConfigError>(load(":n0001,n00000001"), {"'n0001'", "n02124075"});
  check_refused<ConfigError>(load(":n00000001=,n00000002"), {"expected a name"});
  check_refused<ConfigError>(load(":n00000001,n00000001"), {"named twice"});
  check_refused<ConfigError>(load(":n00000001"), {"at least 2"});
  check_refused<IoError>(load(":n00000001,n00000009"), {"n00000009", "as it is downloaded"});
  write_text_file(root / "val/val_annotations.txt", "val_n00000001.JPEG\tn00000001\t0\n");
  check_refused<ConfigError>(load(":n00000001,n00000002"), {"no image of class n00000002"});
  write_text_file(root / "val/val_annotations.txt", "val_n00000001.JPEG n00000001\n");
  check_refused<FormatError>(load(":n00000001,n00000002"), {"val_annotations.txt, line 1"});
}

TEST_CASE("images are drawn class by class", "[datasets]") {
  const Dataset data = open_dataset("synthetic:size=8,train=100,test=10", 0);
  const ImageSet some = draw_images(data.train, 20, 3);
  CHECK(some.count() == 20);
  CHECK(std::count(some.labels.begin(), some.labels.end(), 0) == 10);
  CHECK(content_digest(some) == content_digest(draw_images(data.train, 20, 3)));
  CHECK(content_digest(some) != content_digest(draw_images(data.train, 20, 4)));
  CHECK(draw_images(data.train, 1000, 3).count() == 100);
}
