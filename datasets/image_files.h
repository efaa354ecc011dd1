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

// Whether a file is an image by its name: .png, .jpg or .jpeg, in letters of any case.
bool has_image_name(const std::filesystem::path& path);

ColourImage load_image_file(const std::filesystem::path& path);

// The bytes of one file as a network for `shape` reads them: resized, and grey where it has one channel.
std::vector<uint8_t> load_image_bytes(const std::filesystem::path& path, const ImageShape& shape);

// Decodes and resizes every file, to three channels, in the order of the list. Runs in parallel; the result does not
// depend on the number of threads. Throws as decode_image and read_file do.
ImageSet load_image_files(const ImageListing& listing, const ImageSize& size);

}  // namespace mininas
