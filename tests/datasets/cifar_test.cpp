#include "datasets/cifar.h"

#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

constexpr size_t kRecord = 3073;
const char* const kNames = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

// A record whose red, green and blue planes consist of `tag`, tag + 1 and tag + 2, except that their first pixels
// contain their positions.
Bytes record(uint8_t label, uint8_t tag) {
  Bytes bytes = {label};
  for (uint8_t plane = 0; plane < 3; ++plane) bytes.insert(bytes.end(), 1024, static_cast<uint8_t>(tag + plane));
  return bytes;
}

Bytes batch_of_all_classes(uint8_t tag) {
  Bytes bytes;
  for (uint8_t label = 0; label < 10; ++label) {
    const Bytes one = record(label, static_cast<uint8_t>(tag + 10 * label));
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return bytes;
}

std::string batch_name(int i) { return i == 6 ? "test_batch.bin" : "data_batch_" + std::to_string(i) + ".bin"; }

// A small copy with one record of each class in each of the six files.
void make_cifar(const TempDir& folder) {
  for (int i = 1; i <= 6; ++i) put_file(folder / batch_name(i), batch_of_all_classes(static_cast<uint8_t>(i)));
  put_file(folder / "batches.meta.txt", Bytes(kNames, kNames + std::string(kNames).size()));
}

}  // namespace

TEST_CASE("all of CIFAR-10 keeps labels, names and the order of the files", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  const Dataset data = load_cifar10(folder.path(), {});
  CHECK(data.train.count() == 50);
  CHECK(data.test.count() == 10);
  CHECK(data.train.shape == ImageShape{32, 32, 3});
  CHECK(data.train.class_names.front() == "airplane");
  CHECK(data.train.class_names.back() == "truck");
  for (int64_t i = 0; i < 50; ++i) {
    CHECK(data.train.labels[static_cast<size_t>(i)] == i % 10);
    CHECK(data.train.image(i)[0] == 1 + i / 10 + 10 * (i % 10));
  }
}

TEST_CASE("planes become interleaved pixels", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  Bytes batch = batch_of_all_classes(0);
  for (size_t i = 0; i < 3072; ++i) batch[1 + i] = static_cast<uint8_t>(i * 7 + i / 256);
  put_file(folder / "test_batch.bin", batch);
  const Dataset data = load_cifar10(folder.path(), {});
  for (size_t y = 0; y < 32; ++y)
    for (size_t x = 0; x < 32; ++x)
      for (size_t channel = 0; channel < 3; ++channel)
        REQUIRE(data.test.pixels[(y * 32 + x) * 3 + channel] == batch[1 + channel * 1024 + y * 32 + x]);
}

TEST_CASE("classes are relabelled in the order given", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  const Dataset data = load_cifar10(folder.path(), {"truck", "airplane", "cat"});
  CHECK(data.train.class_names == std::vector<std::string>{"truck", "airplane", "cat"});
  CHECK(data.test.labels == std::vector<int>{1, 2, 0});
  CHECK(data.test.image(0)[0] == 6);
  CHECK(data.test.image(1)[0] == 36);
  CHECK(data.test.image(2)[0] == 96);
  CHECK(data.train.count() == 15);
}

TEST_CASE("a class that does not exist is refused with those that do", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  check_refused<ConfigError>(
      [&] {
        load_cifar10(folder.path(), {"cat", "dgo"});
      },
      {folder.path().string(), "'dgo'", "airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck"});
  check_refused<ConfigError>([&] { load_cifar10(folder.path(), {"cat", "cat"}); }, {"'cat'", "twice"});
  check_refused<ConfigError>([&] { load_cifar10(folder.path(), {"cat"}); }, {"'cat'", "at least two"});
}

TEST_CASE("a class without images is refused", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  put_file(folder / "test_batch.bin", record(3, 0));
  check_refused<ConfigError>([&] { load_cifar10(folder.path(), {"cat", "dog"}); }, {"'dog'", "no test image"});
}

TEST_CASE("a truncated batch file is refused with path and place", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  Bytes batch = batch_of_all_classes(0);
  batch.resize(7 * kRecord + 100);
  put_file(folder / "data_batch_4.bin", batch);
  check_refused<FormatError>([&] { load_cifar10(folder.path(), {}); },
                             {(folder / "data_batch_4.bin").string(), "21611 bytes", "3073", "cut off in record 7"});
  put_file(folder / "data_batch_4.bin", {});
  check_refused<FormatError>([&] { load_cifar10(folder.path(), {}); }, {"data_batch_4.bin", "is empty"});
}

TEST_CASE("a batch file of more than 10000 records is refused", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  std::filesystem::resize_file(folder / "data_batch_2.bin", 10001 * kRecord);
  check_refused<FormatError>([&] { load_cifar10(folder.path(), {}); },
                             {(folder / "data_batch_2.bin").string(), "30733073", "at most 30730000"});
  std::filesystem::resize_file(folder / "data_batch_2.bin", 10000 * kRecord);
  CHECK(load_cifar10(folder.path(), {}).train.count() == 10040);
}

TEST_CASE("a label beyond 9 is refused with record and byte", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  Bytes batch = batch_of_all_classes(0);
  batch[4 * kRecord] = 10;
  put_file(folder / "test_batch.bin", batch);
  check_refused<FormatError>(
      [&] {
        load_cifar10(folder.path(), {"cat", "dog"});
      },
      {(folder / "test_batch.bin").string(), "record 4", "byte 12292", "label 10", "0 to 9"});
}

TEST_CASE("a missing file is named, with the way to get it", "[datasets][cifar]") {
  for (const std::string& name :
       {std::string("data_batch_5.bin"), std::string("test_batch.bin"), std::string("batches.meta.txt")}) {
    const TempDir folder;
    make_cifar(folder);
    std::filesystem::remove(folder / name);
    check_refused<IoError>([&] { load_cifar10(folder.path(), {}); },
                           {(folder / name).string(), "no such file", "make cifar10"});
  }
}

TEST_CASE("class names that are not ten different lines are refused", "[datasets][cifar]") {
  const TempDir folder;
  make_cifar(folder);
  put_file(folder / "batches.meta.txt", {'c', 'a', 't', '\r', '\n', 'd', 'o', 'g', '\n'});
  check_refused<FormatError>([&] { load_cifar10(folder.path(), {}); },
                             {"batches.meta.txt", "2 class names", "expected 10"});
  put_file(folder / "batches.meta.txt", {'c', 'a', 't', '\r', '\n', 'c', 'a', 't', '\n'});
  check_refused<FormatError>([&] { load_cifar10(folder.path(), {}); }, {"batches.meta.txt", "'cat' twice"});
}

TEST_CASE("damaged CIFAR files are loaded or refused, never worse", "[datasets][cifar][damage]") {
  const TempDir folder;
  make_cifar(folder);
  Rng rng(1);
  const Bytes names(kNames, kNames + std::string(kNames).size());
  for (int round = 0; round < 100; ++round) {
    put_file(folder / "data_batch_1.bin", damaged(batch_of_all_classes(1), rng));
    check_survives([&] { load_cifar10(folder.path(), {}); });
    put_file(folder / "data_batch_1.bin", batch_of_all_classes(1));
    put_file(folder / "batches.meta.txt", damaged(names, rng));
    check_survives([&] { load_cifar10(folder.path(), {"cat", "dog"}); });
    put_file(folder / "batches.meta.txt", names);
  }
}

TEST_CASE("the real CIFAR-10 has 5000 training and 1000 test images of each class", "[datasets][cifar][real]") {
  const auto folder = real_data("cifar-10-batches-bin");
  if (!folder) return;
  const Dataset data = load_cifar10(*folder, {});
  REQUIRE(data.train.count() == 50000);
  REQUIRE(data.test.count() == 10000);
  for (int label = 0; label < 10; ++label) {
    CHECK(std::count(data.train.labels.begin(), data.train.labels.end(), label) == 5000);
    CHECK(std::count(data.test.labels.begin(), data.test.labels.end(), label) == 1000);
  }
  const PixelScale scale = measure_pixel_scale(data.train);
  CHECK(scale.zero == 121);  // the published channel means are 125.3, 123.0 and 113.9
  CHECK(scale.scale == Approx(1.0 / 64.15).epsilon(0.001));
}
