// Tiny ImageNet in its original layout, as http://cs231n.stanford.edu/tiny-imagenet-200.zip unpacks: 200 classes of
// 64x64 JPEG files, named by WordNet ids.
//   DIR/train/ID/images/*.JPEG   500 per class: the training images
//   DIR/val/images/*.JPEG with DIR/val/val_annotations.txt (file, tab, ID, tab, ...)   50 per class: the test images
// The images in DIR/test have no labels and are not read.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/load_request.h"

namespace mininas {

struct TinyImagenetClass {
  std::string id;    // "n02124075"
  std::string name;  // the class name to use
};

// Reads "n02124075" or "n02124075=egyptian_cat". Throws ConfigError where the id is not an n and eight digits.
TinyImagenetClass parse_tiny_imagenet_class(const std::string& text);

// Loads the images of `classes`, labelled in the order given and sorted by file name. Throws IoError where a folder or
// file is missing, FormatError for a damaged file, ConfigError for a class that has no test images or is named twice,
// and for a single class.
Dataset load_tiny_imagenet(const std::filesystem::path& folder, const std::vector<TinyImagenetClass>& classes,
                           const LoadRequest& request = {});

}  // namespace mininas
