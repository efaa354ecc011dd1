// Which of a data set's files become which part, before any is decoded.
#pragma once
#include <map>

#include "datasets/image_survey.h"

namespace mininas {

// All files of a set in one list, with what is known of each.
struct ListedFiles {
  std::vector<std::filesystem::path> paths;
  std::vector<int> labels;
  std::vector<SurveyedFile> surveyed;
  size_t train = 0;  // the first so many are listed for training

  ImageFile recorded(size_t i, const std::filesystem::path& root) const;
};

using FileIndices = std::vector<size_t>;

// Which files become which part, with their labels.
struct FileChoice {
  std::vector<std::string> class_names;
  FileIndices train, test;
  std::vector<int> train_labels, test_labels;
};

// Files that cannot be used, and why.
using BadFiles = std::map<size_t, std::string>;

// Without the bad ones: as the set is divided, drawn, or exactly the recorded ones, in which case what was added since
// is told in `notes`. Throws ConfigError as load_file_set does.
FileChoice choose_files(const ListedFiles& files, const BadFiles& bad, const FileSet& set, const LoadRequest& request,
                        std::vector<std::string>& notes);

}  // namespace mininas
