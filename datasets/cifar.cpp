#include "datasets/cifar.h"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

#include "core/error.h"
#include "core/parallel.h"
#include "datasets/input_file.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr size_t kPlaneBytes = 32 * 32;
constexpr size_t kRecordBytes = 1 + 3 * kPlaneBytes;
constexpr size_t kMaxRecords = 10000;
constexpr size_t kClasses = 10;
constexpr int kLeftOut = -1;

constexpr const char* kMetaFile = "batches.meta.txt";
constexpr const char* kExpected =
    "the six .bin files of CIFAR-10 and batches.meta.txt in this folder (`make cifar10` gets them)";
constexpr std::array<const char*, 5> kTrainFiles = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                                                    "data_batch_4.bin", "data_batch_5.bin"};
constexpr std::array<const char*, 1> kTestFiles = {"test_batch.bin"};

// The new label of each of the ten official ones, or kLeftOut.
using Relabelling = std::array<int, kClasses>;

std::vector<std::string> read_class_names(const fs::path& path) {
  constexpr size_t kMaxMetaBytes = 4096;
  const auto bytes = read_input_file(path, kMaxMetaBytes, kExpected);
  std::istringstream lines(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    if (std::count(names.begin(), names.end(), line) > 0)
      throw FormatError(text(path.string(), ": names class '", line, "' twice"));
    names.push_back(line);
  }
  if (names.size() != kClasses)
    throw FormatError(
        text(path.string(), ": holds ", names.size(), " class names, expected ", kClasses, ", one a line"));
  return names;
}

std::string join(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

Relabelling relabel(const fs::path& folder, const std::vector<std::string>& existing,
                    const std::vector<std::string>& wanted) {
  Relabelling labels;
  labels.fill(kLeftOut);
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto found = std::find(existing.begin(), existing.end(), wanted[i]);
    if (found == existing.end())
      throw ConfigError(text(folder.string(), ": no class '", wanted[i], "'; the classes are ", join(existing)));
    int& label = labels[static_cast<size_t>(found - existing.begin())];
    if (label != kLeftOut) throw ConfigError(text("class '", wanted[i], "' is named twice"));
    label = static_cast<int>(i);
  }
  if (wanted.size() < 2)
    throw ConfigError(text("one class, '", wanted[0], "', cannot be told from another: name at least two"));
  return labels;
}

// Reads a file and checks its size and every label.
std::vector<std::byte> read_batch(const fs::path& path) {
  std::vector<std::byte> bytes = read_input_file(path, kMaxRecords * kRecordBytes, kExpected);
  const size_t records = bytes.size() / kRecordBytes;
  if (bytes.size() % kRecordBytes != 0)
    throw FormatError(text(path.string(), ": holds ", bytes.size(), " bytes, expected a whole number of records of ",
                           kRecordBytes, ": the file is cut off in record ", records));
  if (records == 0) throw FormatError(text(path.string(), ": is empty, expected records of ", kRecordBytes, " bytes"));
  for (size_t record = 0; record < records; ++record) {
    const auto label = std::to_integer<unsigned>(bytes[record * kRecordBytes]);
    if (label >= kClasses)
      throw FormatError(text(path.string(), ": record ", record, " (byte ", record * kRecordBytes, ") has label ",
                             label, ", expected 0 to 9"));
  }
  return bytes;
}

// From three colour planes to interleaved pixels.
void interleave(const std::byte* planes, uint8_t* pixels) {
  for (size_t i = 0; i < kPlaneBytes; ++i)
    for (size_t channel = 0; channel < 3; ++channel)
      pixels[3 * i + channel] = std::to_integer<uint8_t>(planes[channel * kPlaneBytes + i]);
}

void require_all_classes(const fs::path& folder, const ImageSet& images, const char* role) {
  for (int label = 0; label < images.classes(); ++label)
    if (std::count(images.labels.begin(), images.labels.end(), label) == 0)
      throw ConfigError(text(folder.string(), ": class '", images.class_names[static_cast<size_t>(label)], "' has no ",
                             role, " image"));
}

// Appends the records of one file that belong to the wanted classes.
void append_batch(const std::vector<std::byte>& batch, const Relabelling& relabelling, ImageSet& images) {
  std::vector<const std::byte*> chosen;
  for (size_t at = 0; at < batch.size(); at += kRecordBytes) {
    const int label = relabelling[std::to_integer<size_t>(batch[at])];
    if (label == kLeftOut) continue;
    chosen.push_back(&batch[at]);
    images.labels.push_back(label);
  }
  const size_t before = images.pixels.size();
  images.pixels.resize(before + chosen.size() * 3 * kPlaneBytes);
  constexpr size_t kChunk = 256;
  parallel_for(static_cast<int64_t>((chosen.size() + kChunk - 1) / kChunk), [&](int64_t chunk) {
    const size_t begin = static_cast<size_t>(chunk) * kChunk;
    for (size_t i = begin; i < std::min(begin + kChunk, chosen.size()); ++i)
      interleave(chosen[i] + 1, images.pixels.data() + before + i * 3 * kPlaneBytes);
  });
}

ImageSet load_batches(const fs::path& folder, std::span<const char* const> files, const Relabelling& relabelling,
                      const std::vector<std::string>& names) {
  ImageSet images{{32, 32, 3}, names, {}, {}};
  for (const char* file : files) {
    const std::vector<std::byte> batch = read_batch(folder / file);
    // Files are of about the same length. Memory that is reserved and never written costs nothing.
    if (images.pixels.empty()) images.pixels.reserve(files.size() * batch.size());
    append_batch(batch, relabelling, images);
  }
  return images;
}

}  // namespace

Dataset load_cifar10(const fs::path& folder, const std::vector<std::string>& classes) {
  const std::vector<std::string> existing = read_class_names(folder / kMetaFile);
  const std::vector<std::string>& wanted = classes.empty() ? existing : classes;
  const Relabelling relabelling = relabel(folder, existing, wanted);
  Dataset dataset;
  dataset.train = load_batches(folder, kTrainFiles, relabelling, wanted);
  dataset.test = load_batches(folder, kTestFiles, relabelling, wanted);
  require_all_classes(folder, dataset.train, "training");
  require_all_classes(folder, dataset.test, "test");
  return dataset;
}

}  // namespace mininas
