// From a list of image files to an ImageSet: what data sets of PNG and JPEG files have in common, whatever their
// folders are called.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/image_folder.h"
#include "datasets/stb_decoder.h"

namespace mininas {

// Image files and their classes, before any is opened. One label a file.
struct ImageListing {
  std::vector<std::string> class_names;
  std::vector<std::filesystem::path> files;
  std::vector<int> labels;
};

ColourImage load_image_file(const std::filesystem::path& path);

// Every file decoded and resized, three channels, in the order of the list. In parallel; the result does not depend on
// it. Throws as decode_image and read_file do.
ImageSet load_image_files(const ImageListing& listing, const ImageSize& size);

}  // namespace mininas
