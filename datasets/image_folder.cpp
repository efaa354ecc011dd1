#include "datasets/image_folder.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "datasets/folder_layout.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

// Removes the annotations of images that stand beside them, 7.txt beside 7.jpg. The classes are the folders' names.
int64_t remove_annotations(std::vector<fs::path>& files) {
  std::set<fs::path> images;
  for (const fs::path& file : files)
    if (!is_annotation(file)) images.insert(file.stem());
  return static_cast<int64_t>(
      std::erase_if(files, [&](const fs::path& file) { return is_annotation(file) && images.contains(file.stem()); }));
}

void add_class(ImageListing& listing, const ClassFolder& folder, int label, bool may_be_empty, int64_t& annotations) {
  std::vector<fs::path> files = visible_entries(folder.path);
  std::erase_if(files, [](const fs::path& file) { return is_folder(file) && is_output(file); });
  annotations += remove_annotations(files);
  if (files.empty() && !may_be_empty)
    throw ConfigError(text(folder.path.string(), ": empty class folder, expected PNG or JPEG images"));
  const auto inner = std::find_if(files.begin(), files.end(), is_folder);
  if (inner != files.end())
    throw ConfigError(text(inner->string(), ": is a folder, expected an image; is --data one folder too high, or is ",
                           folder.name, " a part of the set? Parts are called train and test"));
  listing.files.insert(listing.files.end(), files.begin(), files.end());
  listing.labels.resize(listing.files.size(), label);
}

// The classes of `folders`, each name once.
std::vector<std::string> names_of(const std::vector<ClassFolder>& folders) {
  std::vector<std::string> names;
  for (const ClassFolder& folder : folders) names.push_back(folder.name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

ImageListing list(const std::vector<ClassFolder>& folders, const std::vector<std::string>& class_names,
                  bool may_be_empty, int64_t& annotations) {
  ImageListing listing{class_names, {}, {}};
  for (size_t label = 0; label < class_names.size(); ++label)
    for (const ClassFolder& folder : folders)
      if (folder.name == class_names[label])
        add_class(listing, folder, static_cast<int>(label), may_be_empty, annotations);
  return listing;
}

// Classes of the test part that training lacks.
void require_known_classes(const FolderLayout& layout, const std::vector<std::string>& known) {
  for (const ClassFolder& folder : layout.test)
    if (!std::binary_search(known.begin(), known.end(), folder.name))
      throw ConfigError(text(folder.path.string(), ": the training images have no class '", folder.name, "'"));
}

// With an undivided folder whose images are loose the person may mean another form.
std::string hint_at(const fs::path& folder) {
  int64_t loose = 0;
  for (const fs::path& entry : visible_entries(folder)) {
    if (entry.extension() == ".csv") return text("; for a table of labels name the table: --data csv:", entry.string());
    loose += is_folder(entry) ? 0 : 1;
  }
  if (loose == 0) return "";
  return text("; put its ", loose, " file(s) into a folder for each class, or name their classes in a table, csv:FILE");
}

}  // namespace

Dataset load_image_folder(const fs::path& folder, const FormChoice& form, const LoadRequest& request) {
  const FolderLayout layout = understand_folder(folder);
  const bool training = request.purpose == Purpose::kTraining;
  std::vector<ClassFolder> all = layout.train;
  if (!training || request.recorded) all.insert(all.end(), layout.test.begin(), layout.test.end());
  const std::vector<std::string> names = names_of(all);
  if (training && layout.train.empty() && layout.divided)
    throw IoError(text((layout.root / "train").string(),
                       ": no such folder; expected train/ and test/ side by side, each with class folders"));
  if (training && names.size() < 2)
    throw ConfigError(text(layout.root.string(), ": ", names.size(),
                           " class folder(s), expected at least 2 with images", hint_at(layout.root)));
  if (training && !request.recorded) require_known_classes(layout, names);
  int64_t annotations = 0;
  const auto listed = [&](const auto& folders) {
    return list(folders, names, request.recorded.has_value(), annotations);
  };
  FileSet set{layout.root, "folder:" + folder.string(), listed(layout.train), listed(layout.test), layout.divided,
              layout.notes};
  if (annotations > 0)
    set.notes.push_back(text(annotations,
                             " .txt, .xml or .json files with the names of images beside them are not "
                             "read: the classes are the folders' names"));
  return load_file_set(set, form, request);
}

}  // namespace mininas
