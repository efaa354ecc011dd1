#include "search/job/run_images.h"

#include <charconv>

#include "core/error.h"
#include "search/record/record_file.h"

namespace mininas {
namespace {

constexpr size_t kDigestLetters = 64;

// An image in a line: "3 SHA-256 cats/0001.jpg", where 3 is its label.
std::vector<std::string> lines_of(const ImageSet& images) {
  std::vector<std::string> lines;
  for (size_t i = 0; i < images.files.size(); ++i)
    lines.push_back(text(images.labels[i], ' ', images.files[i].sha256, ' ', images.files[i].path));
  return lines;
}

RecordedPart part_of(const Record& record, const std::string& key, size_t classes) {
  RecordedPart part;
  for (const std::string& line : record.strings(key)) {
    int label = 0;
    const char* end = line.data() + line.size();
    const auto [stop, failure] = std::from_chars(line.data(), end, label);
    const size_t digest = static_cast<size_t>(stop - line.data()) + 1;
    if (failure != std::errc() || label < 0 || static_cast<size_t>(label) >= classes ||
        line.size() < digest + kDigestLetters + 1)
      throw FormatError(text(record.where(), ": '", key, "' holds '", line, "', expected LABEL SHA-256 FILE"));
    part.labels.push_back(label);
    part.files.push_back({line.substr(digest + kDigestLetters + 1), line.substr(digest, kDigestLetters)});
  }
  return part;
}

}  // namespace

void write_run_images(const RunFolder& folder, const Dataset& data) {
  if (data.train.files.empty()) return;
  std::vector<std::string> skipped;
  for (const SkippedFile& file : data.skipped) skipped.push_back(text(file.path, ": ", file.why));
  write_record(folder.images_file(), Record()
                                         .set("classes", data.train.class_names)
                                         .set("train", lines_of(data.train))
                                         .set("test", lines_of(data.test))
                                         .set("skipped", skipped));
}

std::optional<RecordedImages> read_run_images(const RunFolder& folder) {
  if (!std::filesystem::exists(folder.images_file())) return std::nullopt;
  const Record record = read_record(folder.images_file());
  RecordedImages images{.class_names = record.strings("classes")};
  images.train = part_of(record, "train", images.class_names.size());
  images.test = part_of(record, "test", images.class_names.size());
  return images;
}

}  // namespace mininas
