// A data set of PNG and JPEG files with one folder per class (datasets/folder_layout.h tells the layouts). Without a
// division 20 % of the images, by their content and the seed, are the test images (split_by_digest). Classes are sorted
// by name, images by file name (as bytes). Every file in a class folder must be an image: what a file is, is told by
// its content, not by its name.
#pragma once
#include <filesystem>

#include "datasets/image_files.h"

namespace mininas {

// Throws IoError where a folder is missing, ConfigError where it cannot be understood, for an empty class folder, a
// test class without training images, and fewer than two classes; and what load_file_set throws.
Dataset load_image_folder(const std::filesystem::path& folder, const FormChoice& form, const LoadRequest& request);

}  // namespace mininas
