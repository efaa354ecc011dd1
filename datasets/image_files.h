// Loads lists of PNG and JPEG files into a Dataset. Used by all data sets of image files, whatever their layout.
// Every file is looked at once before any is decoded: its digest, size, channels and damage (datasets/image_facts.h).
// Then the form of the images is settled, and each is decoded, brought to that form and let go, so that the memory is
// that of the small images and of a few large ones.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "datasets/fit.h"
#include "datasets/load_request.h"
#include "datasets/stb_decoder.h"

namespace mininas {

// Image files and their classes, before any file is opened. One label per file.
struct ImageListing {
  std::vector<std::string> class_names;
  std::vector<std::filesystem::path> files;
  std::vector<int> labels;
};

struct FileSet {
  std::filesystem::path root;  // to which the recorded paths are relative
  std::string text;            // of --data, without a form, for errors: "folder:photos"
  ImageListing train, test;    // of the same classes
  bool divided = true;         // otherwise all is in `train`
  std::vector<std::string> notes = {};
};

// What the text of --data says about the form of the images; the rest follows from the images.
struct FormChoice {
  std::optional<ImageSize> size = {};
  std::optional<int> channels = {};
  std::optional<Fit> fit = {};
};

// The decoded file, upright. Throws as decode_image and read_file do.
ColourImage load_image_file(const std::filesystem::path& path);

// The bytes of one file as a network for `shape` reads them.
std::vector<uint8_t> load_image_bytes(const std::filesystem::path& path, const ImageShape& shape,
                                      Fit fit = Fit::kStretch);

// Whether a file is an image by its name: .png, .jpg or .jpeg, in letters of any case.
bool has_image_name(const std::filesystem::path& path);

// Runs in parallel; the result does not depend on the number of threads. Without a choice the images keep their size if
// it is the same for all of them and at most 256 pixels a side, and stay grey (one channel) if all files are.
// Throws FormatError that names all files that cannot be used (the first few, and how many), and ConfigError: where no
// size follows from the images, with one that would suit; where a class has no image; what split_by_digest throws; and
// where recorded files are missing, with what was removed and added.
Dataset load_file_set(const FileSet& set, const FormChoice& choice, const LoadRequest& request);

}  // namespace mininas
