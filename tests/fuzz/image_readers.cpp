#include "tests/fuzz/image_readers.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/cifar.h"
#include "datasets/idx.h"
#include "datasets/image_facts.h"
#include "datasets/image_table.h"
#include "datasets/stb_decoder.h"
#include "tests/datasets/pictures.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/parts.h"

namespace mininas::test {
namespace {

namespace fs = std::filesystem;

// Larger pictures take long and show nothing new.
constexpr int64_t kMostPixels = 1 << 12;

std::string as_text(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

void read_image(std::string_view input, const fs::path&) {
  Bytes bytes(input.begin(), input.end());
  reseal_png(bytes);
  const auto file = std::as_bytes(std::span(bytes));
  const ImageFacts facts = read_image_facts(file);
  if (int64_t{facts.height} * facts.width > kMostPixels) return;
  const ColourImage image = decode_image(file, "input");
  MN_CHECK(image.pixels.size() == size_t{3} * static_cast<size_t>(image.height) * static_cast<size_t>(image.width), "");
  MN_CHECK(image.height == facts.upright_height() && image.width == facts.upright_width(),
           "the size is not that of the file's head");
}

std::vector<std::string> image_seeds(const fs::path&) {
  const Bytes colour = solid_png(5, 4, 10, 20, 30), grey = make_png(3, 6, 0, Bytes(18, 77)), jpeg = make_jpeg(200);
  return {as_text(colour), as_text(grey), as_text(jpeg), as_text(with_orientation(colour, 6)),
          as_text(with_orientation(jpeg, 8))};
}

constexpr const char* kIdxFiles[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                     "t10k-labels-idx1-ubyte"};

void read_idx(std::string_view input, const fs::path& folder) {
  const auto parts = divided(input, std::size(kIdxFiles));
  for (size_t i = 0; i < parts.size(); ++i) put(folder / kIdxFiles[i], parts[i]);
  load_idx(folder);
}

std::string idx_file(const std::vector<uint32_t>& header, size_t bytes) {
  std::string file;
  for (const uint32_t word : header)
    for (int shift = 24; shift >= 0; shift -= 8) file += static_cast<char>(word >> shift);
  for (size_t i = 0; i < bytes; ++i) file += static_cast<char>(i % 2);
  return file;
}

std::vector<std::string> idx_seeds(const fs::path&) {
  return {joined({idx_file({0x803, 4, 2, 3}, 24), idx_file({0x801, 4}, 4), idx_file({0x803, 2, 2, 3}, 12),
                  idx_file({0x801, 2}, 2)})};
}

// Pixels may be anything, so of a binary file the input has only the labels, behind a byte that says how many bytes are
// missing at the end.
constexpr size_t kRecordBytes = 3073, kMostRecords = 4;

std::string cifar_file(std::string_view part) {
  if (part.empty()) return {};
  std::string file;
  for (const char label : part.substr(1, kMostRecords)) file += label + std::string(kRecordBytes - 1, 'p');
  file.resize(file.size() - std::min<size_t>(file.size(), static_cast<unsigned char>(part[0])));
  return file;
}

// Batches 2 to 5 hold one record each.
void put_middle_batches(const fs::path& folder) {
  for (int i = 2; i <= 5; ++i)
    put(folder / text("data_batch_", i, ".bin"), cifar_file(std::string{0, static_cast<char>(i)}));
}

void read_cifar(std::string_view input, const fs::path& folder) {
  const auto parts = divided(input, 3);
  if (!fs::exists(folder / "data_batch_5.bin")) put_middle_batches(folder);
  put(folder / "batches.meta.txt", parts[0]);
  put(folder / "data_batch_1.bin", cifar_file(parts[1]));
  put(folder / "test_batch.bin", cifar_file(parts[2]));
  load_cifar10(folder, {"cat", "dog"});
}

std::vector<std::string> cifar_seeds(const fs::path&) {
  const std::string names = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
  return {joined({names, {0, 3, 5}, {0, 5, 3}})};
}

void read_table(std::string_view input, const fs::path& folder) {
  put(folder / "table.csv", input);
  read_image_table(folder / "table.csv", Purpose::kTraining);
}

std::vector<std::string> table_seeds(const fs::path&) {
  const std::string rows = "a.png,cat,train\nb.png,dog,train\na.png,dog,test\n";
  return {"file,label,split\n" + rows, "\"path\";\"class\";\"set\"\na.png;\"1\";train\nb.png;2;train\na;2;test\r\n"};
}

}  // namespace

const Reader kImageReader{"image", read_image, image_seeds};
const Reader kIdxReader{"idx", read_idx, idx_seeds};
const Reader kCifarReader{"cifar", read_cifar, cifar_seeds};
const Reader kTableReader{"table", read_table, table_seeds};

}  // namespace mininas::test
