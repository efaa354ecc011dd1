// A data set of PNG and JPEG files with one folder per class, in one of two layouts:
//   DIR/train/CLASS/* and DIR/test/CLASS/*    the split is given
//   DIR/CLASS/*                               20 % of each class, drawn by the seed, are the test images
// Classes are sorted by folder name, images by file name (as bytes). Hidden files, and files beside the class folders,
// are ignored. Every other file in a class folder must be an image with the extension .png, .jpg or .jpeg. All images
// are converted to three channels and resized to one size.
#pragma once
#include <filesystem>
#include <optional>

#include "datasets/dataset.h"

namespace mininas {

struct ImageSize {
  int height = 0, width = 0;  // each in [1, kMaxImageSide]
};

// `size`: the size that all images are resized to; by default that of the first image of the first class. Files are
// decoded in parallel; the result does not depend on the number of threads. Throws IoError where a folder is missing,
// FormatError for a file that is not an image or cannot be decoded, ConfigError for an empty class folder, a test class
// without training images, and fewer than two classes.
Dataset load_image_folder(const std::filesystem::path& folder, std::optional<ImageSize> size, uint64_t seed);

}  // namespace mininas
