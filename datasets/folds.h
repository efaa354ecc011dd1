// Small data sets: every image scores once (cross-validation), and images pass several times.
#pragma once
#include <optional>
#include <vector>

#include "datasets/dataset.h"

namespace mininas {

// The images of a search in `folds` parts, drawn by `seed` and each with its share of every class: element k sets part
// k aside for validation and trains on the others, so that every image is in exactly one validation part. For data
// sets that are too small for one part to say much. Throws ConfigError where a class has fewer than two images.
// Requires two folds or more.
std::vector<SearchData> folds_for_search(const ImageSet& train, int folds, uint64_t seed);

// How often `images` images pass in an epoch of at least `steps` steps of `batch` images.
int passes_for(int64_t images, int batch, int steps);
// The images that many times in a row; nothing where once is enough.
std::optional<ImageSet> repeated_for(const ImageSet& images, int batch, int steps);

// The indices of the images of each class. Throws ConfigError where a class has fewer than two, which cannot be split.
std::vector<std::vector<int64_t>> members_of(const std::vector<int>& labels,
                                             const std::vector<std::string>& class_names);

}  // namespace mininas
