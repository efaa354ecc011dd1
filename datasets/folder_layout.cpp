#include "datasets/folder_layout.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "core/error.h"
#include "datasets/readable_name.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

FolderPart part_of(const fs::path& folder) { return part_called(folder.filename().string()); }

bool is_clutter(const std::string& name) {
  constexpr std::array<std::string_view, 8> kClutter = {"__MACOSX",  "@eaDir",      "lost+found",  "$RECYCLE.BIN",
                                                        "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r"};
  return name[0] == '.' || std::find(kClutter.begin(), kClutter.end(), name) != kClutter.end();
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

// A file of a search's cache: 64 hexadecimal digits and ".json".
bool is_cache_file(const fs::path& file) {
  const std::string stem = file.stem().string();
  return file.extension() == ".json" && stem.size() == 64 &&
         stem.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_run_or_export(const fs::path& folder) {
  return is_there(folder / "run.json") || (is_there(folder / "model.h") && is_there(folder / "mn.h"));
}

struct Entries {
  std::vector<fs::path> folders, files;
};

Entries entries_of(const fs::path& folder) {
  Entries entries;
  for (const fs::path& entry : visible_entries(folder))
    if (!is_folder(entry))
      entries.files.push_back(entry);
    else if (!is_output(entry))
      entries.folders.push_back(entry);
  return entries;
}

std::string in_small_letters(std::string name) {
  for (char& letter : name)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return name;
}

bool is_called(const fs::path& folder, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), in_small_letters(folder.filename().string())) != names.end();
}

// Whether the first file found below a folder, if there is one, is text that describes images.
bool holds_annotations(const fs::path& folder) {
  std::error_code failure;
  for (fs::recursive_directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure))
    if (!is_folder(it->path()) && !is_clutter(it->path().filename().string())) return is_annotation(it->path());
  return true;
}

// The folder of the images, where a set for object detection keeps images and annotations side by side.
std::optional<fs::path> images_beside_annotations(const std::vector<fs::path>& folders) {
  const auto images = std::find_if(folders.begin(), folders.end(), [](const fs::path& f) {
    return is_called(f, {"images", "jpegimages"});
  });
  const bool annotated = std::any_of(folders.begin(), folders.end(), [](const fs::path& f) {
    return is_called(f, {"labels", "annotations"}) && holds_annotations(f);
  });
  return images != folders.end() && annotated ? std::optional(*images) : std::nullopt;
}

[[noreturn]] void refuse_detection(const fs::path& images) {
  throw ConfigError(text(images.string(),
                         ": holds the images of a set for object detection, whose annotations say "
                         "what is where in an image; expected a folder for each class, ",
                         images.parent_path().string(),
                         "/CLASS/IMAGE, or a table that names one class an image, csv:FILE"));
}

std::vector<ClassFolder> class_folders(const std::vector<fs::path>& folders) {
  if (const auto images = images_beside_annotations(folders)) refuse_detection(*images);
  std::vector<ClassFolder> classes;
  for (const fs::path& folder : folders) {
    const std::string name = readable_name(folder);
    for (const ClassFolder& other : classes)
      if (other.name == name)
        throw ConfigError(text(folder.string(), ": has the same name as ", other.path.string(),
                               ", in another form of its letters; join the two folders"));
    classes.push_back({name, folder});
  }
  return classes;
}

struct Parts {
  std::vector<fs::path> train, test, validation, others;
};

Parts parts_of(const std::vector<fs::path>& folders) {
  Parts parts;
  for (const fs::path& folder : folders) {
    const FolderPart part = part_of(folder);
    const bool divides = part != FolderPart::kNone && !entries_of(folder).folders.empty();
    (!divides                     ? parts.others
     : part == FolderPart::kTrain ? parts.train
     : part == FolderPart::kTest  ? parts.test
                                  : parts.validation)
        .push_back(folder);
  }
  for (const auto* same : {&parts.train, &parts.test, &parts.validation})
    if (same->size() > 1)
      throw ConfigError(text((*same)[1].string(), ": is the same part as ", (*same)[0].string(), "; join the two"));
  return parts;
}

std::vector<ClassFolder> classes_in(const std::vector<fs::path>& parts) {
  return parts.empty() ? std::vector<ClassFolder>() : class_folders(entries_of(parts.front()).folders);
}

// Other folders beside the parts would be left out without a word.
void refuse_others(const Parts& parts) {
  if (parts.others.empty()) return;
  const fs::path& other = parts.others.front();
  const fs::path& part = !parts.train.empty()  ? parts.train.front()
                         : !parts.test.empty() ? parts.test.front()
                                               : parts.validation.front();
  if (part_of(other) != FolderPart::kNone)
    throw ConfigError(text(other.string(), ": holds no class folders, but ", part.filename().string(),
                           "/ beside it does; expected ", other.filename().string(), "/CLASS/IMAGE"));
  throw ConfigError(text(other.string(), ": is no part of the data set, but stands beside ", part.filename().string(),
                         "/, which is one; move it away, or into a part"));
}

FolderLayout divided_layout(const fs::path& folder, Parts parts) {
  refuse_others(parts);
  FolderLayout layout{.root = folder};
  if (parts.test.empty() && !parts.validation.empty()) {
    layout.notes.push_back(text("the images in ", parts.validation.front().string(), " are the test images"));
    std::swap(parts.test, parts.validation);
  }
  layout.train = classes_in(parts.train);
  layout.test = classes_in(parts.test);
  layout.divided = !parts.test.empty();
  if (!layout.divided)
    layout.notes.push_back(text(folder.string(), ": has no test/, so test images are drawn from ",
                                parts.train.front().filename().string(), "/"));
  if (!parts.validation.empty() && !parts.train.empty()) {
    const std::vector<ClassFolder> more = classes_in(parts.validation);
    layout.train.insert(layout.train.end(), more.begin(), more.end());
    layout.notes.push_back(text("the images in ", parts.validation.front().string(),
                                " are training images: a search sets its own part of these aside for validation"));
  }
  return layout;
}

// Folders of images that are named as parts but have no classes in them.
void refuse_parts_without_classes(const std::vector<fs::path>& folders) {
  const bool all_parts =
      std::all_of(folders.begin(), folders.end(), [](const fs::path& f) { return part_of(f) != FolderPart::kNone; });
  if (!all_parts || folders.empty()) return;
  throw ConfigError(text(folders.front().string(), ": holds no class folders; expected ",
                         folders.front().filename().string(), "/CLASS/IMAGE, or a table of labels (csv:FILE)"));
}

// The layout of a folder inside the one that was named, and why.
FolderLayout inner_layout(const fs::path& inner, std::string why) {
  FolderLayout layout = understand_folder(inner);
  layout.notes.insert(layout.notes.begin(), std::move(why));
  return layout;
}

}  // namespace

FolderPart part_called(std::string name) {
  name = in_small_letters(name);
  if (name == "train" || name == "training") return FolderPart::kTrain;
  if (name == "test" || name == "testing") return FolderPart::kTest;
  return name == "val" || name == "valid" || name == "validation" ? FolderPart::kValidation : FolderPart::kNone;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;  // an unreadable folder is reported when it is listed
  return fs::is_directory(path, ignored);
}

bool is_output(const fs::path& folder) {
  if (is_run_or_export(folder)) return true;
  std::error_code failure;
  size_t outputs = 0;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    const bool output = is_folder(it->path()) ? is_run_or_export(it->path()) : is_cache_file(it->path());
    if (!output) return false;
    ++outputs;
  }
  return outputs > 0;
}

std::vector<fs::path> visible_entries(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure))
    if (!is_clutter(it->path().filename().string())) entries.push_back(it->path());
  if (failure) throw IoError(text(folder.string(), ": cannot list folder: ", failure.message()));
  const auto by_name = [](const fs::path& a, const fs::path& b) {
    return a.filename().native() < b.filename().native();
  };
  std::sort(entries.begin(), entries.end(), by_name);
  return entries;
}

bool is_annotation(const fs::path& file) {
  const std::string extension = in_small_letters(file.extension().string());
  return extension == ".txt" || extension == ".xml" || extension == ".json";
}

FolderLayout understand_folder(const fs::path& folder) {
  if (!is_folder(folder)) throw IoError(text(folder.string(), ": no such folder; expected a folder of class folders"));
  const Entries entries = entries_of(folder);
  if (const auto images = images_beside_annotations(entries.folders)) {
    if (entries_of(*images).folders.empty()) refuse_detection(*images);
    return inner_layout(
        *images, text(folder.string(), ": the annotations beside ", images->filename().string(),
                      "/ are not read; the folders in ", images->filename().string(), "/ are taken as the data set's"));
  }
  const Parts parts = parts_of(entries.folders);
  if (parts.others.size() < entries.folders.size()) return divided_layout(folder, parts);
  const bool alone = entries.folders.size() == 1 && entries.files.empty();
  if (alone && !entries_of(entries.folders.front()).folders.empty()) {
    return inner_layout(entries.folders.front(),
                        text(folder.string(), ": is one folder too high, since it holds nothing but ",
                             entries.folders.front().string(), ", whose folders are taken as the data set's"));
  }
  refuse_parts_without_classes(entries.folders);
  return {.root = folder, .train = class_folders(entries.folders)};
}

}  // namespace mininas
