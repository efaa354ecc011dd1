#include "datasets/idx.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>

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

// Images or labels of training or test: how their files are called.
struct Role {
  const char* usual;                // of MNIST itself
  std::array<const char*, 2> part;  // one of these is in the name
  const char* content;              // and this
};
constexpr Role kTrainImages{"train-images-idx3-ubyte", {"train", "train"}, "images"},
    kTrainLabels{"train-labels-idx1-ubyte", {"train", "train"}, "labels"},
    kTestImages{"t10k-images-idx3-ubyte", {"t10k", "test"}, "images"},
    kTestLabels{"t10k-labels-idx1-ubyte", {"t10k", "test"}, "labels"};

// Whether a name has the role; `set`: what stands before the part, "emnist-letters-" or nothing.
std::optional<std::string> set_of(const std::string& name, const Role& role) {
  if (name.find(role.content) == std::string::npos || name.find("idx") == std::string::npos) return std::nullopt;
  for (const char* part : role.part)
    if (const size_t place = name.find(part); place != std::string::npos) return name.substr(0, place);
  return std::nullopt;
}

bool is_compressed(const fs::path& file) { return file.extension() == ".gz" || file.extension() == ".zip"; }

// The file with a role; MNIST's own name where there is none, so that reading it tells what is missing.
fs::path file_of(const fs::path& folder, const Role& role, const std::string& wanted) {
  std::error_code failure;
  if (wanted.empty() && fs::exists(folder / role.usual, failure)) return folder / role.usual;
  std::map<std::string, fs::path> sets;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    const auto set = set_of(it->path().filename().string(), role);
    if (set && set->starts_with(wanted) && !(is_compressed(it->path()) && sets.contains(*set))) sets[*set] = it->path();
  }
  if (sets.empty()) return folder / (wanted + role.usual);
  if (sets.size() > 1)
    throw ConfigError(text(folder.string(), ": holds several sets: ", sets.begin()->second.filename().string(), ", ",
                           std::next(sets.begin())->second.filename().string(), " ...; name one, as in idx:DIR:",
                           sets.begin()->first.substr(0, sets.begin()->first.find_last_not_of("-_. ") + 1)));
  const fs::path& file = sets.begin()->second;
  if (is_compressed(file)) throw FormatError(text(file.string(), ": is compressed; unpack it (gunzip)"));
  return file;
}

ImageSet load_pair(const fs::path& image_path, const fs::path& label_path) {
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

// Turns labels into places among `known`, which are in ascending order.
void number_labels(ImageSet& images, const std::vector<int>& known, const fs::path& label_path) {
  for (size_t i = 0; i < images.labels.size(); ++i) {
    int& label = images.labels[i];
    const auto place = std::lower_bound(known.begin(), known.end(), label);
    if (place == known.end() || *place != label)
      throw ConfigError(text(label_path.string(), ": record ", i, " has label ", label,
                             ", which no training image has; their labels are ", known.front(), " to ", known.back()));
    label = static_cast<int>(place - known.begin());
  }
}

std::vector<int> distinct(std::vector<int> labels) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  return labels;
}

}  // namespace

Dataset load_idx(const fs::path& folder, const std::string& set) {
  const fs::path train_labels = file_of(folder, kTrainLabels, set), test_labels = file_of(folder, kTestLabels, set),
                 test_images = file_of(folder, kTestImages, set);
  Dataset dataset;
  dataset.train = load_pair(file_of(folder, kTrainImages, set), train_labels);
  dataset.test = load_pair(test_images, test_labels);
  if (dataset.test.shape != dataset.train.shape)
    throw FormatError(text(test_images.string(), ": images of ", to_text(dataset.test.shape), ", expected ",
                           to_text(dataset.train.shape), " as in training"));
  const std::vector<int> known = distinct(dataset.train.labels);
  if (known.size() < 2)
    throw ConfigError(
        text(train_labels.string(), ": every label is ", known.front(), ", expected at least two classes"));
  number_labels(dataset.train, known, train_labels);
  number_labels(dataset.test, known, test_labels);
  for (const int label : known) dataset.train.class_names.push_back(std::to_string(label));
  dataset.test.class_names = dataset.train.class_names;
  return dataset;
}

}  // namespace mininas
