// The IDX files of the MNIST family (http://yann.lecun.com/exdb/mnist/): MNIST, Fashion-MNIST, KMNIST, EMNIST. Four
// unpacked files: train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, or
// others with train and t10k or test, and images and labels in their names (train-images.idx3-ubyte,
// emnist-letters-test-labels-idx1-ubyte). All numbers of a header are 32 bits, big-endian. Images: 0x00000803, count,
// rows, columns, then one byte per pixel, row by row. Labels: 0x00000801, count, then one byte per label. Other element
// types and dimensions and compressed files are not supported.
#pragma once
#include <filesystem>

#include "datasets/dataset.h"

namespace mininas {

// Loads images with one channel. The classes are the labels that occur in training, in ascending order: labels may
// begin at 1 (EMNIST's letters) and have gaps. `set`: the beginning of the names where the folder holds several sets
// ("emnist-letters"). Throws FormatError or IoError for a file that is not as above or does not match the others,
// ConfigError where a test label does not occur in training, where all training labels are equal, and where the folder
// holds several sets and `set` does not tell which.
Dataset load_idx(const std::filesystem::path& folder, const std::string& set = "");

}  // namespace mininas
