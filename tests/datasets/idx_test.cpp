#include "datasets/idx.h"

#include "tests/datasets/files.h"
#include "tests/support/catch.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

Bytes idx(const std::vector<uint32_t>& header, const Bytes& content) {
  Bytes bytes;
  for (const uint32_t word : header)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(word >> shift));
  bytes.insert(bytes.end(), content.begin(), content.end());
  return bytes;
}

Bytes image_file(uint32_t count, uint32_t rows, uint32_t columns) {
  Bytes pixels(count * rows * columns);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i);
  return idx({0x803, count, rows, columns}, pixels);
}

Bytes label_file(const Bytes& labels) { return idx({0x801, static_cast<uint32_t>(labels.size())}, labels); }

// Four training images of classes 0 to 2 and two test images, 2x3 pixels.
void make_mnist(const TempDir& folder) {
  put_file(folder / "train-images-idx3-ubyte", image_file(4, 2, 3));
  put_file(folder / "train-labels-idx1-ubyte", label_file({2, 0, 1, 2}));
  put_file(folder / "t10k-images-idx3-ubyte", image_file(2, 2, 3));
  put_file(folder / "t10k-labels-idx1-ubyte", label_file({1, 2}));
}

void check_idx_refused(const TempDir& folder, const std::string& file, const Bytes& bytes,
                       std::vector<std::string> parts) {
  make_mnist(folder);
  put_file(folder / file, bytes);
  parts.push_back((folder / file).string());
  check_refused<FormatError>([&] { load_idx(folder.path()); }, parts);
}

}  // namespace

TEST_CASE("IDX files become images of one channel with digits for names", "[datasets][idx]") {
  const TempDir folder;
  make_mnist(folder);
  const Dataset data = load_idx(folder.path());
  CHECK(data.train.shape == ImageShape{2, 3, 1});
  CHECK(data.train.class_names == std::vector<std::string>{"0", "1", "2"});
  CHECK(data.test.class_names == data.train.class_names);
  CHECK(data.train.labels == std::vector<int>{2, 0, 1, 2});
  CHECK(data.test.labels == std::vector<int>{1, 2});
  CHECK(data.train.image(3)[5] == 23);
}

TEST_CASE("an IDX file with the wrong magic number is refused", "[datasets][idx]") {
  const TempDir folder;
  check_idx_refused(folder, "train-images-idx3-ubyte", label_file(Bytes(9, 1)), {"byte 0", "0x801", "expected 0x803"});
}

TEST_CASE("an IDX header that its file does not keep is refused", "[datasets][idx]") {
  const TempDir folder;
  Bytes cut = image_file(4, 2, 3);
  cut.pop_back();
  check_idx_refused(folder, "train-images-idx3-ubyte", cut, {"39 bytes", "expected 40"});
  cut.resize(10);
  check_idx_refused(folder, "train-images-idx3-ubyte", cut, {"10 bytes", "header of 16"});
  check_idx_refused(folder, "t10k-labels-idx1-ubyte", idx({0x801, 2}, {1, 2, 0}), {"11 bytes", "expected 10"});
  check_idx_refused(folder, "t10k-images-idx3-ubyte", idx({0x803, 0, 2, 3}, {}), {"byte 4", "count 0"});
  check_idx_refused(folder, "t10k-images-idx3-ubyte", idx({0x803, 1, 0, 3}, {}), {"byte 8", "0 rows", "1 to 4096"});
  check_idx_refused(folder, "t10k-images-idx3-ubyte", idx({0x803, 0xFFFFFFFF, 2, 0xFFFFFFFF}, {}),
                    {"byte 12", "columns", "1 to 4096"});
}

TEST_CASE("IDX files that do not fit each other are refused", "[datasets][idx]") {
  const TempDir folder;
  check_idx_refused(folder, "train-labels-idx1-ubyte", label_file({0, 1, 2}),
                    {"3 labels", "expected 4", "train-images-idx3-ubyte"});
  check_idx_refused(folder, "t10k-images-idx3-ubyte", image_file(2, 3, 2), {"3x2x1", "expected 2x3x1"});
}

TEST_CASE("a test label beyond the training labels is refused, and so is a single class", "[datasets][idx]") {
  const TempDir folder;
  make_mnist(folder);
  put_file(folder / "t10k-labels-idx1-ubyte", label_file({2, 3}));
  check_refused<ConfigError>([&] { load_idx(folder.path()); },
                             {"t10k-labels-idx1-ubyte", "record 1", "label 3", "0 to 2"});
  put_file(folder / "train-labels-idx1-ubyte", label_file({0, 0, 0, 0}));
  check_refused<ConfigError>([&] { load_idx(folder.path()); }, {"train-labels-idx1-ubyte", "at least two classes"});
}

TEST_CASE("labels may begin at one and have gaps", "[datasets][idx]") {
  const TempDir folder;
  make_mnist(folder);
  put_file(folder / "train-labels-idx1-ubyte", label_file({7, 1, 3, 7}));
  put_file(folder / "t10k-labels-idx1-ubyte", label_file({3, 7}));
  const Dataset data = load_idx(folder.path());
  CHECK(data.train.class_names == std::vector<std::string>{"1", "3", "7"});
  CHECK(data.train.labels == std::vector<int>{2, 0, 1, 2});
  CHECK(data.test.labels == std::vector<int>{1, 2});
  put_file(folder / "t10k-labels-idx1-ubyte", label_file({3, 2}));
  check_refused<ConfigError>([&] { load_idx(folder.path()); }, {"record 1 has label 2, which no training image has"});
}

TEST_CASE("IDX files may have other names, and several sets are told apart", "[datasets][idx]") {
  const TempDir folder;
  const auto put_set = [&](const std::string& set, const std::string& test, const std::string& dot) {
    put_file(folder / (set + "train-images" + dot + "idx3-ubyte"), image_file(4, 2, 3));
    put_file(folder / (set + "train-labels" + dot + "idx1-ubyte"), label_file({2, 0, 1, 2}));
    put_file(folder / (set + test + "-images" + dot + "idx3-ubyte"), image_file(2, 2, 3));
    put_file(folder / (set + test + "-labels" + dot + "idx1-ubyte"), label_file({1, 2}));
  };
  put_set("", "t10k", ".");
  CHECK(load_idx(folder.path()).train.count() == 4);
  std::filesystem::remove_all(folder.path());
  put_set("emnist-letters-", "test", "-");
  CHECK(load_idx(folder.path()).test.count() == 2);
  put_set("emnist-digits-", "test", "-");
  check_refused<ConfigError>([&] { load_idx(folder.path()); }, {"several sets", "idx:DIR:emnist-digits"});
  CHECK(load_idx(folder.path(), "emnist-letters").train.count() == 4);
  std::filesystem::remove(folder / "emnist-letters-train-labels-idx1-ubyte");
  put_file(folder / "emnist-letters-train-labels-idx1-ubyte.gz", {0x1F, 0x8B});
  check_refused<FormatError>([&] { load_idx(folder.path(), "emnist-letters"); }, {"is compressed; unpack it"});
}

TEST_CASE("a missing IDX file is named", "[datasets][idx]") {
  const TempDir folder;
  make_mnist(folder);
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  check_refused<IoError>([&] { load_idx(folder.path()); },
                         {(folder / "t10k-labels-idx1-ubyte").string(), "no such file", "unpacked"});
}

TEST_CASE("damaged IDX files are loaded or refused, never worse", "[datasets][idx][damage]") {
  const TempDir folder;
  Rng rng(2);
  for (int round = 0; round < 150; ++round) {
    make_mnist(folder);
    put_file(folder / "train-images-idx3-ubyte", damaged(image_file(4, 2, 3), rng));
    if (rng.coin()) put_file(folder / "train-labels-idx1-ubyte", damaged(label_file({2, 0, 1, 2}), rng));
    check_survives([&] { load_idx(folder.path()); });
  }
}
