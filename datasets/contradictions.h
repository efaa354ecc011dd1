// Images that stand in more than one class: the same picture, pixel by pixel, with two labels. A network cannot get
// both right. (Files that look alike but differ in a pixel are not found.)
#pragma once
#include <string>

#include "datasets/dataset.h"

namespace mininas {

struct ContentCounts {
  int64_t different = 0;  // images, equal ones counted once
  int64_t ambiguous = 0;  // of these in more than one class
};
ContentCounts count_contents(const ImageSet& images);

// "3 of 90 different training images stand in more than one class, ..."; empty: none does.
std::string contradiction_text(const ImageSet& train);

}  // namespace mininas
