#include "datasets/image_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "core/error.h"
#include "core/io/binary_io.h"
#include "core/io/file.h"
#include "core/io/sha256.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kVersion = 1;  // to be raised with every change of what decoding and resizing give
constexpr uintmax_t kMostBytes = uintmax_t{1} << 30;  // of one data set, and of the whole cache

std::string name_of(const fs::path& root) {
  std::error_code ignored;
  const std::string whole = fs::absolute(root, ignored).lexically_normal().string();
  return sha256_hex(std::as_bytes(std::span(whole))).substr(0, 32);
}

// Removes the files that were written longest ago until the rest is small enough.
void shrink(const fs::path& folder) {
  struct Entry {
    fs::file_time_type written;
    fs::path file;
    uintmax_t bytes;
  };
  std::vector<Entry> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (const auto ending = entry.path().extension(); ending == ".survey" || ending == ".pixels")
      entries.push_back({entry.last_write_time(), entry.path(), entry.file_size()});
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.written > b.written; });
  uintmax_t bytes = 0;
  for (const Entry& entry : entries)
    if ((bytes += entry.bytes) > kMostBytes) fs::remove(entry.file);
}

}  // namespace

ImageCache::ImageCache(fs::path folder, const fs::path& root, double unsettled)
    : folder_(std::move(folder)), name_(name_of(root)), unsettled_(unsettled) {
  if (folder_.empty()) return;
  survey_file_ = folder_ / (name_ + ".survey");
  try {
    if (fs::exists(survey_file_)) read_survey();
  } catch (const std::exception&) {
    known_.clear();
  }
}

bool ImageCache::read_state(const fs::path& file, State& state) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return false;
  const auto nanoseconds = [](const timespec& time) { return int64_t{time.tv_sec} * 1000000000 + time.tv_nsec; };
  state = {static_cast<int64_t>(info.st_ino), static_cast<int64_t>(info.st_size), nanoseconds(info.st_mtim),
           nanoseconds(info.st_ctim)};
  return true;
}

void ImageCache::read_survey() {
  BinaryReader reader(survey_file_, "SURV", kVersion);
  for (auto left = reader.get<uint64_t>(); left > 0; --left) {
    const std::string path = reader.get_text();
    Known& known = known_[path];
    for (int64_t* value : {&known.state.inode, &known.state.bytes, &known.state.modified, &known.state.changed})
      *value = reader.get<int64_t>();
    known.file.sha256 = reader.get_text();
    ImageFacts& facts = known.file.facts;
    for (int* value : {&facts.height, &facts.width, &facts.channels, &facts.orientation})
      *value = reader.get<int32_t>();
  }
  reader.expect_end();
}

const SurveyedFile* ImageCache::known(const fs::path& file) const {
  const auto found = known_.find(file.string());
  State state;
  if (found == known_.end() || !read_state(file, state) || !(state == found->second.state)) return nullptr;
  return &found->second.file;
}

void ImageCache::choose(const ImageForm& form) {
  if (folder_.empty()) return;
  image_bytes_ =
      static_cast<size_t>(form.size.height) * static_cast<size_t>(form.size.width) * static_cast<size_t>(form.channels);
  pixel_file_ = folder_ / text(name_, '-', form.size.width, 'x', form.size.height, 'x', form.channels, '-',
                               fit_names()[static_cast<size_t>(form.fit)], ".pixels");
  try {
    if (!fs::exists(pixel_file_)) return;
    BinaryReader reader(pixel_file_, "PIXL", kVersion);
    const auto count = reader.get<uint64_t>();
    for (uint64_t i = 0; i < count; ++i) places_[reader.get_text()] = i * image_bytes_;
    pixels_ = reader.get_vector<uint8_t>();
    reader.expect_end();
    if (pixels_.size() != count * image_bytes_) places_.clear();
  } catch (const std::exception&) {
    places_.clear();
  }
}

const uint8_t* ImageCache::pixels(const std::string& sha256) const {
  const auto found = places_.find(sha256);
  return found == places_.end() ? nullptr : pixels_.data() + found->second;
}

void ImageCache::write_survey(const std::vector<fs::path>& files, const std::vector<SurveyedFile>& surveyed) const {
  const int64_t now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  std::vector<std::pair<size_t, State>> kept;
  for (size_t i = 0; i < files.size(); ++i)
    if (State state; surveyed[i].facts.refusal.empty() && read_state(files[i], state) &&
                     state.changed <= now - static_cast<int64_t>(1e9 * unsettled_))
      kept.emplace_back(i, state);
  BinaryWriter writer("SURV", kVersion);
  writer.put(static_cast<uint64_t>(kept.size()));
  for (const auto& [i, state] : kept) {
    writer.put(files[i].string());
    for (const int64_t value : {state.inode, state.bytes, state.modified, state.changed}) writer.put(value);
    writer.put(surveyed[i].sha256);
    const ImageFacts& facts = surveyed[i].facts;
    for (const int value : {facts.height, facts.width, facts.channels, facts.orientation}) writer.put(int32_t{value});
  }
  writer.write(survey_file_);
}

void ImageCache::write_pixels(const std::vector<const ImageSet*>& images) const {
  uint64_t count = 0;
  std::vector<uint8_t> pixels;
  BinaryWriter writer("PIXL", kVersion);
  for (const ImageSet* set : images) count += set->files.size();
  if (count * image_bytes_ > kMostBytes / 2) return;
  writer.put(count);
  for (const ImageSet* set : images) {
    for (const ImageFile& file : set->files) writer.put(file.sha256);
    pixels.insert(pixels.end(), set->pixels.begin(), set->pixels.end());
  }
  writer.put(pixels);
  writer.write(pixel_file_);
}

void ImageCache::keep(const std::vector<fs::path>& files, const std::vector<SurveyedFile>& surveyed,
                      const std::vector<const ImageSet*>& images) const {
  if (folder_.empty()) return;
  try {
    make_writable_folder(folder_);
    remove_leftovers(folder_);
    write_survey(files, surveyed);
    write_pixels(images);
    shrink(folder_);
  } catch (const std::exception&) {
    return;  // the next load decodes again
  }
}

}  // namespace mininas
