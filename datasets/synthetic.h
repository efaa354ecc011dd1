// A generated data set that needs no download: a patch of texture on a noisy ground. The class is the kind of texture
// (rows, columns, ...); everything else is drawn for each image: place and size of the patch, period, phase, polarity
// (bright on dark or dark on bright), colours, contrast, a slope of the ground, noise. As a polarity and its opposite
// are equally likely, all classes have the same mean image, and a linear classifier does not rise above chance; a small
// convolutional network does. Each texture is its own mirror image or has it as a sibling in the same class, so a
// horizontal flip keeps the class. Made of whole numbers alone: the same bytes on every machine.
#pragma once
#include "datasets/dataset.h"

namespace mininas {

struct SyntheticOptions {
  int classes = 2;       // 2 to 10; the first ones of a fixed list
  int size = 32;         // height and width in pixels, 8 to 256
  int channels = 3;      // 1 or 3
  int64_t train = 1000;  // images, the classes taking turns; at least 2 a class, at most 1000000
  int64_t test = 400;    // at least 1 a class, at most 1000000
  uint64_t seed = 0;
};

// Throws ConfigError with the option and its range.
Dataset make_synthetic(const SyntheticOptions& options);

}  // namespace mininas
