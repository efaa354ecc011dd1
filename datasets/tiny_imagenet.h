// Tiny ImageNet in its native layout, as http://cs231n.stanford.edu/tiny-imagenet-200.zip unpacks: 200 classes of 64x64
// JPEG files, named by word-net ids.
//   DIR/train/ID/images/*.JPEG   500 a class: the training images
//   DIR/val/images/*.JPEG with DIR/val/val_annotations.txt (file, tab, ID, tab, ...)   50 a class: the test images
// The images in DIR/test have no labels and are not read.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/dataset.h"

namespace mininas {

struct TinyImagenetClass {
  std::string id;    // "n02124075"
  std::string name;  // what the class is called from here on
};

// "n02124075" or "n02124075=egyptian_cat". Throws UsageError where the id is no n and eight digits.
TinyImagenetClass parse_tiny_imagenet_class(const std::string& text);

// The images of `classes`, labelled in the order given, in the order of their file names. Throws IoError where a folder
// or file is missing, FormatError for a damaged one, ConfigError for a class without test images, named twice, or a
// single class.
Dataset load_tiny_imagenet(const std::filesystem::path& folder, const std::vector<TinyImagenetClass>& classes);

}  // namespace mininas
