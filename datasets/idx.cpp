#include "datasets/idx.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"
#include "datasets/input_file.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kImageMagic = 0x00000803, kLabelMagic = 0x00000801;
constexpr uint32_t kMaxSide = 4096;

// A file whose length agrees with its header (a magic number, then `extents`).
struct IdxFile {
  std::vector<std::byte> bytes;
  std::vector<uint32_t> extents;

  const std::byte* data() const { return bytes.data() + 4 * (1 + extents.size()); }
};

uint32_t big_endian_word(const std::vector<std::byte>& bytes, size_t word) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<uint32_t>(bytes[4 * word + i]);
  return value;
}

void check_extents(const fs::path& path, const IdxFile& file) {
  if (file.extents[0] == 0) throw FormatError(text(path.string(), ": byte 4: count 0, expected at least 1"));
  for (size_t i = 1; i < file.extents.size(); ++i)
    if (file.extents[i] < 1 || file.extents[i] > kMaxSide)
      throw FormatError(text(path.string(), ": byte ", 4 * (1 + i), ": ", file.extents[i],
                             i == 1 ? " rows" : " columns", ", expected 1 to ", kMaxSide));
}

IdxFile read_idx(const fs::path& path, uint32_t magic, size_t dimensions) {
  IdxFile file{read_input_file(path, size_t{4} << 30, "the four unpacked files of the MNIST family in this folder"),
               {}};
  const size_t header = 4 * (1 + dimensions);
  if (file.bytes.size() < header)
    throw FormatError(text(path.string(), ": holds ", file.bytes.size(), " bytes, expected a header of ", header));
  if (const uint32_t found = big_endian_word(file.bytes, 0); found != magic)
    throw FormatError(text(path.string(), ": byte 0: magic number 0x", std::hex, found, ", expected 0x", magic,
                           " (an unpacked IDX file)"));
  for (size_t i = 0; i < dimensions; ++i) file.extents.push_back(big_endian_word(file.bytes, 1 + i));
  check_extents(path, file);
  uint64_t elements = 1;
  for (const uint32_t extent : file.extents) elements *= extent;
  if (file.bytes.size() != header + elements)
    throw FormatError(
        text(path.string(), ": holds ", file.bytes.size(), " bytes, expected ", header + elements, " by its header"));
  return file;
}

ImageSet load_pair(const fs::path& folder, const std::string& prefix) {
  const fs::path image_path = folder / (prefix + "-images-idx3-ubyte"),
                 label_path = folder / (prefix + "-labels-idx1-ubyte");
  const IdxFile pixels = read_idx(image_path, kImageMagic, 3);
  const IdxFile labels = read_idx(label_path, kLabelMagic, 1);
  if (labels.extents[0] != pixels.extents[0])
    throw FormatError(text(label_path.string(), ": byte 4: ", labels.extents[0], " labels, expected ",
                           pixels.extents[0], " as ", image_path.string(), " has images"));
  const ImageShape shape{static_cast<int>(pixels.extents[1]), static_cast<int>(pixels.extents[2]), 1};
  ImageSet images = allocate_images(shape, {}, pixels.extents[0]);
  std::memcpy(images.pixels.data(), pixels.data(), images.pixels.size());
  for (size_t i = 0; i < images.labels.size(); ++i) images.labels[i] = std::to_integer<int>(labels.data()[i]);
  return images;
}

void require_known_labels(const fs::path& folder, const ImageSet& test, int classes) {
  const auto beyond = std::find_if(test.labels.begin(), test.labels.end(), [&](int label) { return label >= classes; });
  if (beyond == test.labels.end()) return;
  throw ConfigError(text((folder / "t10k-labels-idx1-ubyte").string(), ": record ", beyond - test.labels.begin(),
                         " has label ", *beyond, ", expected 0 to ", classes - 1,
                         ": the training images have no such class"));
}

}  // namespace

Dataset load_idx(const fs::path& folder) {
  Dataset dataset;
  dataset.train = load_pair(folder, "train");
  dataset.test = load_pair(folder, "t10k");
  if (dataset.test.shape != dataset.train.shape)
    throw FormatError(text((folder / "t10k-images-idx3-ubyte").string(), ": images of ", to_text(dataset.test.shape),
                           ", expected ", to_text(dataset.train.shape), " as in training"));
  const int classes = 1 + *std::max_element(dataset.train.labels.begin(), dataset.train.labels.end());
  if (classes < 2)
    throw ConfigError(
        text((folder / "train-labels-idx1-ubyte").string(), ": every label is 0, expected at least two classes"));
  require_known_labels(folder, dataset.test, classes);
  for (int label = 0; label < classes; ++label) dataset.train.class_names.push_back(std::to_string(label));
  dataset.test.class_names = dataset.train.class_names;
  return dataset;
}

}  // namespace mininas
