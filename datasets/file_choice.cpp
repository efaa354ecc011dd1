#include "datasets/file_choice.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/readable_name.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr double kTestFraction = 0.2;

FileIndices usable(const ListedFiles& files, const BadFiles& bad) {
  FileIndices indices;
  for (size_t i = 0; i < files.paths.size(); ++i)
    if (!bad.contains(i)) indices.push_back(i);
  return indices;
}

void add(FileChoice& choice, bool test, size_t index, int label) {
  (test ? choice.test : choice.train).push_back(index);
  (test ? choice.test_labels : choice.train_labels).push_back(label);
}

// An undivided set: test images are drawn.
FileChoice draw_choice(const ListedFiles& files, const BadFiles& bad, const FileSet& set, const LoadRequest& request) {
  const FileIndices indices = usable(files, bad);
  std::vector<int> labels;
  std::vector<ImageFile> recorded;
  for (const size_t i : indices) {
    labels.push_back(files.labels[i]);
    recorded.push_back(files.recorded(i, set.root));
  }
  const std::vector<std::string>& names = set.train.class_names;
  const IndexSplit split = request.draw == Draw::kByDigest
                               ? split_by_digest(labels, names, recorded, kTestFraction, request.seed)
                               : stratified_split(labels, names, kTestFraction, Rng(request.seed).fork("test split"));
  FileChoice choice{.class_names = names};
  for (const int64_t i : split.rest)
    add(choice, false, indices[static_cast<size_t>(i)], labels[static_cast<size_t>(i)]);
  for (const int64_t i : split.drawn)
    add(choice, true, indices[static_cast<size_t>(i)], labels[static_cast<size_t>(i)]);
  return choice;
}

FileChoice given_choice(const ListedFiles& files, const BadFiles& bad, const FileSet& set, const LoadRequest& request) {
  FileChoice choice{.class_names = set.train.class_names};
  for (const size_t i : usable(files, bad))
    add(choice, request.purpose == Purpose::kMeasuring || i >= files.train, i, files.labels[i]);
  return choice;
}

// Files by class and content, to be found again.
class KnownFiles {
 public:
  KnownFiles(const ListedFiles& files, const std::vector<std::string>& class_names) {
    for (size_t i = files.paths.size(); i-- > 0;)
      places_[{class_names[static_cast<size_t>(files.labels[i])], files.surveyed[i].sha256}].push_back(i);
  }
  // Each file is found once.
  std::optional<size_t> find(const std::string& class_name, const std::string& sha256) {
    const auto found = places_.find({class_name, sha256});
    if (found == places_.end() || found->second.empty()) return std::nullopt;
    const size_t index = found->second.back();
    found->second.pop_back();
    return index;
  }

 private:
  std::map<std::pair<std::string, std::string>, FileIndices> places_;
};

std::string changes_text(const std::vector<std::string>& removed, const std::vector<std::string>& added) {
  std::string changes;
  if (!removed.empty()) changes = text(removed.size(), " removed or changed (", first_few(removed), ")");
  if (!added.empty()) changes += text(changes.empty() ? "" : ", ", added.size(), " added (", first_few(added), ")");
  return changes;
}

// The files of a record. What was added since is left out, and told.
FileChoice recorded_choice(const ListedFiles& files, const FileSet& set, const RecordedImages& recorded,
                           std::vector<std::string>& notes) {
  FileChoice choice{.class_names = recorded.class_names};
  KnownFiles known(files, set.train.class_names);
  std::vector<std::string> removed, added;
  std::vector<bool> taken(files.paths.size(), false);
  for (const bool test : {false, true}) {
    const RecordedPart& part = test ? recorded.test : recorded.train;
    for (size_t i = 0; i < part.files.size(); ++i) {
      const auto found = known.find(recorded.class_names[static_cast<size_t>(part.labels[i])], part.files[i].sha256);
      if (!found) {
        removed.push_back(part.files[i].path);
        continue;
      }
      taken[*found] = true;
      add(choice, test, *found, part.labels[i]);
    }
  }
  for (size_t i = 0; i < taken.size(); ++i)
    if (!taken[i]) added.push_back(files.recorded(i, set.root).path);
  const std::string changes =
      text(set.root.string(), ": the images are not those that the run began with: ", changes_text(removed, added));
  if (!removed.empty()) throw ConfigError(text(changes, "; restore them, or name the images to use by --data"));
  if (!added.empty()) notes.push_back(text(changes, "; what was added is left out"));
  return choice;
}

// Gives the images of a set the labels of a network's classes.
void adopt_classes(FileChoice& choice, const std::vector<std::string>& class_names, const fs::path& root) {
  if (class_names.empty() || choice.class_names == class_names) return;
  std::vector<int> labels;
  for (const std::string& name : choice.class_names) {
    const auto found = std::find(class_names.begin(), class_names.end(), name);
    if (found == class_names.end()) {
      throw ConfigError(
          text(root.string(), ": the network knows no class '", name, "', but the classes ", first_few(class_names)));
    }
    labels.push_back(static_cast<int>(found - class_names.begin()));
  }
  for (auto* part : {&choice.train_labels, &choice.test_labels})
    for (int& label : *part) label = labels[static_cast<size_t>(label)];
  choice.class_names = class_names;
}

}  // namespace

ImageFile ListedFiles::recorded(size_t i, const fs::path& root) const {
  return {composed_utf8(paths[i].lexically_relative(root).string()), surveyed[i].sha256};
}

FileChoice choose_files(const ListedFiles& files, const BadFiles& bad, const FileSet& set, const LoadRequest& request,
                        std::vector<std::string>& notes) {
  const bool drawn = request.purpose == Purpose::kTraining && !set.divided;
  FileChoice choice = request.recorded ? recorded_choice(files, set, *request.recorded, notes)
                      : drawn          ? draw_choice(files, bad, set, request)
                                       : given_choice(files, bad, set, request);
  adopt_classes(choice, request.class_names, set.root);
  return choice;
}

}  // namespace mininas
