#include "datasets/image_folder.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/image_files.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr double kTestFraction = 0.2;

bool is_folder(const fs::path& path) {
  std::error_code ignored;  // an unreadable folder is reported when it is listed
  return fs::is_directory(path, ignored);
}

// The files and folders in a folder that are not hidden, sorted by name.
std::vector<fs::path> visible_entries(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure))
    if (it->path().filename().native()[0] != '.') entries.push_back(it->path());
  if (failure) throw IoError(text(folder.string(), ": cannot list folder: ", failure.message()));
  const auto by_name = [](const fs::path& a, const fs::path& b) {
    return a.filename().native() < b.filename().native();
  };
  std::sort(entries.begin(), entries.end(), by_name);
  return entries;
}

void require_image_file(const fs::path& path) {
  if (!has_image_name(path))
    throw FormatError(text(
        path.string(), ": not an image by its name, expected .png, .jpg or .jpeg; move it out of the class folder"));
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored))
    throw FormatError(text(path.string(), ": not a regular file, expected an image"));
}

ImageListing list_classes(const fs::path& folder) {
  ImageListing listing;
  for (const fs::path& entry : visible_entries(folder)) {
    if (!is_folder(entry)) continue;
    const auto label = static_cast<int>(listing.class_names.size());
    const std::vector<fs::path> files = visible_entries(entry);
    if (files.empty()) throw ConfigError(text(entry.string(), ": empty class folder, expected PNG or JPEG images"));
    std::for_each(files.begin(), files.end(), require_image_file);
    listing.class_names.push_back(entry.filename().string());
    listing.files.insert(listing.files.end(), files.begin(), files.end());
    listing.labels.resize(listing.files.size(), label);
  }
  return listing;
}

void require_two_classes(const fs::path& folder, const ImageListing& listing) {
  if (listing.class_names.size() < 2)
    throw ConfigError(
        text(folder.string(), ": ", listing.class_names.size(), " class folder(s), expected at least 2 with images"));
}

// Gives the classes of `test` the labels that they have in `train`, by name.
void adopt_labels(const fs::path& test_folder, ImageListing& test, const ImageListing& train) {
  std::vector<int> label_in_train;
  for (const std::string& name : test.class_names) {
    const auto found = std::find(train.class_names.begin(), train.class_names.end(), name);
    if (found == train.class_names.end())
      throw ConfigError(text((test_folder / name).string(), ": the training images have no class '", name, "'"));
    label_in_train.push_back(static_cast<int>(found - train.class_names.begin()));
  }
  for (int& label : test.labels) label = label_in_train[static_cast<size_t>(label)];
  test.class_names = train.class_names;
}

ImageListing select_files(const ImageListing& listing, const std::vector<int64_t>& indices) {
  ImageListing selected{listing.class_names, {}, {}};
  for (const int64_t i : indices) {
    selected.files.push_back(listing.files[static_cast<size_t>(i)]);
    selected.labels.push_back(listing.labels[static_cast<size_t>(i)]);
  }
  return selected;
}

struct Listings {
  ImageListing train, test;
  fs::path first;  // gives the image size where none is chosen; the same for every seed
};

Listings list_given_split(const fs::path& folder) {
  for (const char* part : {"train", "test"})
    if (!is_folder(folder / part))
      throw IoError(text((folder / part).string(),
                         ": no such folder; expected train/ and test/ side by side, each with class folders"));
  Listings lists{list_classes(folder / "train"), list_classes(folder / "test"), {}};
  require_two_classes(folder / "train", lists.train);
  if (lists.test.files.empty())
    throw ConfigError(text((folder / "test").string(), ": no class folder, expected those of training"));
  adopt_labels(folder / "test", lists.test, lists.train);
  lists.first = lists.train.files.front();
  return lists;
}

Listings list_drawn_split(const fs::path& folder, uint64_t seed) {
  const ImageListing all = list_classes(folder);
  require_two_classes(folder, all);
  const IndexSplit split = stratified_split(all.labels, all.class_names, kTestFraction, Rng(seed).fork("test split"));
  return {select_files(all, split.rest), select_files(all, split.drawn), all.files.front()};
}

}  // namespace

Dataset load_image_folder(const fs::path& folder, std::optional<ImageSize> size, uint64_t seed) {
  if (!is_folder(folder)) throw IoError(text(folder.string(), ": no such folder; expected a folder of class folders"));
  const bool split_is_given = is_folder(folder / "train") || is_folder(folder / "test");
  const Listings lists = split_is_given ? list_given_split(folder) : list_drawn_split(folder, seed);
  if (!size) {
    const ColourImage first = load_image_file(lists.first);
    size = ImageSize{first.height, first.width};
  }
  return {"", load_image_files(lists.train, *size), load_image_files(lists.test, *size)};
}

}  // namespace mininas
