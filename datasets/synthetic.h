// A generated data set that needs no download: a patch of texture on a noisy background. The class is the kind of
// texture (rows, columns, ...). Everything else is drawn for each image: position and size of the patch, period, phase,
// polarity (bright on dark or dark on bright), colours, contrast, a brightness slope of the background, and noise.
// Because both polarities are equally likely, all classes have the same mean image, and a linear classifier stays at
// chance level; a small convolutional network does not. The mirror image of a texture belongs to the same class, so
// horizontal flips keep the class. Only integers are used, so the bytes are the same on every machine.
#pragma once
#include "datasets/dataset.h"

namespace mininas {

struct SyntheticOptions {
  int classes = 2;       // 2 to 10; the first ones of a fixed list
  int size = 32;         // height and width in pixels, 8 to 256
  int channels = 3;      // 1 or 3
  int64_t train = 1000;  // images, with the classes in turn; at least 2 per class, at most 1000000
  int64_t test = 400;    // at least 1 per class, at most 1000000
  uint64_t seed = 0;
};

// Throws ConfigError with the option and its range.
Dataset make_synthetic(const SyntheticOptions& options);

}  // namespace mininas
