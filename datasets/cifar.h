// CIFAR-10 in its official binary layout (https://www.cs.toronto.edu/~kriz/cifar.html). Six files, data_batch_1.bin to
// data_batch_5.bin and test_batch.bin, of at most 10000 records each. A record is one label byte, 0 to 9, and 3072
// pixel bytes: 32 rows of 32 red bytes, then green, then blue. batches.meta.txt holds the ten class names, one a line,
// in the order of the labels. Files may hold fewer records (small copies, tests), but none may be missing. CIFAR-100,
// whose records have two labels, is not supported.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace mininas {

// Loads the images of `classes`, relabelled 0, 1, ... in the order given, or of all ten classes if none are given.
// Images keep the order of the files. Throws FormatError or IoError for a file that is not as above, ConfigError for a
// class that does not exist, is named twice or has no image, and for a single class.
Dataset load_cifar10(const std::filesystem::path& folder, const std::vector<std::string>& classes);

}  // namespace mininas
