#include "datasets/tiny_imagenet.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/image_files.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> image_files(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure))
    files.push_back(it->path());
  if (failure)
    throw IoError(text(folder.string(), ": cannot list folder: ", failure.message(),
                       "; expected Tiny ImageNet as it is downloaded"));
  std::sort(files.begin(), files.end());
  return files;
}

using Labels = std::map<std::string, int>;  // from id to label

Labels labels_of(const std::vector<TinyImagenetClass>& classes) {
  Labels labels;
  for (const TinyImagenetClass& c : classes)
    if (!labels.emplace(c.id, static_cast<int>(labels.size())).second)
      throw ConfigError(text("Tiny ImageNet: class ", c.id, " is named twice"));
  if (labels.size() < 2) throw ConfigError("Tiny ImageNet: expected at least 2 classes");
  return labels;
}

ImageListing list_training(const fs::path& folder, const std::vector<TinyImagenetClass>& classes) {
  ImageListing listing;
  for (const TinyImagenetClass& c : classes) {
    const auto files = image_files(folder / "train" / c.id / "images");
    listing.files.insert(listing.files.end(), files.begin(), files.end());
    listing.labels.resize(listing.files.size(), static_cast<int>(listing.class_names.size()));
    listing.class_names.push_back(c.name);
  }
  return listing;
}

ImageListing list_test(const fs::path& folder, const std::vector<TinyImagenetClass>& classes) {
  const fs::path annotations = folder / "val" / "val_annotations.txt";
  const Labels labels = labels_of(classes);
  std::vector<std::pair<std::string, int>> found;
  std::vector<int> count(classes.size());
  std::istringstream lines(read_text_file(annotations));
  int number = 1;
  for (std::string line; std::getline(lines, line); ++number) {
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      throw FormatError(text(annotations.string(), ", line ", number,
                             ": expected a file name, a class and a box, separated by tabs"));
    const auto label = labels.find(line.substr(first + 1, second - first - 1));
    if (label == labels.end()) continue;
    found.emplace_back(line.substr(0, first), label->second);
    ++count[static_cast<size_t>(label->second)];
  }
  std::sort(found.begin(), found.end());
  ImageListing listing;
  for (size_t i = 0; i < classes.size(); ++i) {
    if (count[i] == 0)
      throw ConfigError(text(annotations.string(), ": no image of class ", classes[i].id, " (", classes[i].name, ")"));
    listing.class_names.push_back(classes[i].name);
  }
  for (const auto& [file, label] : found) {
    listing.files.push_back(folder / "val" / "images" / file);
    listing.labels.push_back(label);
  }
  return listing;
}

}  // namespace

TinyImagenetClass parse_tiny_imagenet_class(const std::string& source) {
  const size_t equals = source.find('=');
  const std::string id = source.substr(0, equals);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (id.size() != 9 || id[0] != 'n' || !std::all_of(id.begin() + 1, id.end(), is_digit))
    throw ConfigError(
        text("tiny-imagenet: '", source, "', expected an id such as n02124075, or n02124075=egyptian_cat"));
  const std::string name = equals == std::string::npos ? id : source.substr(equals + 1);
  if (name.empty()) throw ConfigError(text("tiny-imagenet: '", source, "', expected a name after the ="));
  return {id, name};
}

Dataset load_tiny_imagenet(const fs::path& folder, const std::vector<TinyImagenetClass>& classes,
                           const LoadRequest& request) {
  labels_of(classes);
  return load_file_set(
      {folder, "tiny-imagenet:" + folder.string(), list_training(folder, classes), list_test(folder, classes)},
      {.size = ImageSize{64, 64}, .channels = 3, .fit = Fit::kStretch}, request);
}

}  // namespace mininas
