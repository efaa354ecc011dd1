// Loads a list of PNG and JPEG files into an ImageSet. Used by all data sets of image files, whatever their folder
// layout.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/image_folder.h"
#include "datasets/stb_decoder.h"

namespace mininas {

// Image files and their classes, before any file is opened. One label per file.
struct ImageListing {
  std::vector<std::string> class_names;
  std::vector<std::filesystem::path> files;
  std::vector<int> labels;
};

ColourImage load_image_file(const std::filesystem::path& path);

// Decodes and resizes every file, to three channels, in the order of the list. Runs in parallel; the result does not
// depend on the number of threads. Throws as decode_image and read_file do.
ImageSet load_image_files(const ImageListing& listing, const ImageSize& size);

}  // namespace mininas
