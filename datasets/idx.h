// The IDX files of the MNIST family (http://yann.lecun.com/exdb/mnist/): MNIST, Fashion-MNIST, KMNIST, EMNIST. Four
// unpacked files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. All
// numbers of a header are 32 bits, big-endian. Images: 0x00000803, count, rows, columns, then a byte a pixel, row by
// row. Labels: 0x00000801, count, then a byte a label. Not for: other element types, other dimensions, gzip.
#pragma once
#include <filesystem>

#include "datasets/dataset.h"

namespace mininas {

// Images of one channel. There are as many classes as the largest training label plus one, named by their digits.
// Throws FormatError or IoError for a file that is not as above or that does not fit the others, ConfigError where a
// test label is beyond the training labels or where all training labels are 0.
Dataset load_idx(const std::filesystem::path& folder);

}  // namespace mininas
