// A data set as folders of PNG and JPEG files, one folder a class, in one of two layouts:
//   DIR/train/CLASS/* with DIR/test/CLASS/*   the split is given
//   DIR/CLASS/*                               20 % of each class, drawn by the seed, are the test images
// Classes are the folders in the order of their names (by bytes), images the files in the same order. Hidden files and
// loose files beside the class folders are ignored; in a class folder everything must be an image, by its ending .png,
// .jpg or .jpeg. All images become three channels of one size.
#pragma once
#include <filesystem>
#include <optional>

#include "datasets/dataset.h"

namespace mininas {

struct ImageSize {
  int height = 0, width = 0;  // each in [1, kMaxImageSide]
};

// `size`: what all images are resized to; none: the size of the first image of the first class. Files are decoded in
// parallel, the result does not depend on it. Throws IoError where a folder is missing, FormatError for an image that
// does not decode or a file that is none, ConfigError for an empty class folder, a test class that training lacks, and
// fewer than two classes.
Dataset load_image_folder(const std::filesystem::path& folder, std::optional<ImageSize> size, uint64_t seed);

}  // namespace mininas
