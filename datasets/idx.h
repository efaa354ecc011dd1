// The IDX files of the MNIST family (http://yann.lecun.com/exdb/mnist/): MNIST, Fashion-MNIST, KMNIST, EMNIST. Four
// unpacked files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. All
// numbers of a header are 32 bits, big-endian. Images: 0x00000803, count, rows, columns, then one byte per pixel, row
// by row. Labels: 0x00000801, count, then one byte per label. Other element types and dimensions and compressed files
// are not supported.
#pragma once
#include <filesystem>

#include "datasets/dataset.h"

namespace mininas {

// Loads images with one channel. The number of classes is the largest training label plus one, and their names are the
// labels. Throws FormatError or IoError for a file that is not as above or does not match the others, ConfigError where
// a test label is larger than every training label or where all training labels are 0.
Dataset load_idx(const std::filesystem::path& folder);

}  // namespace mininas
