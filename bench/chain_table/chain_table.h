// The chain table: what all 1,024 chains of five layers from {s3, s5, c3, c5} at width 8 reach in short trainings, so
// that search methods can be compared on it in seconds instead of hours, as NAS-Bench does for cells (Ying et al.
// 2019).
//   images    CIFAR-10, 2x2 mean-pooled to 16x16; 200 of each class for training and 200 others for validation
//   training  3 epochs of the published recipe with crops of 2 pixels and without cutout, which would hide a quarter of
//             such a small image; two seeds
// Every row can be derived again to the bit: it holds the accuracy after each epoch and a digest of the weights.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/dataset.h"

namespace mininas::bench {

struct ChainRow {
  std::string chain;  // "w8:s3,c5,s3*3"
  int seed = 0;
  std::vector<int> correct;  // validation images that are classified correctly, after each epoch
  std::string digest;        // the first 16 digits of the SHA-256 of the weights

  bool operator==(const ChainRow&) const = default;
};

constexpr int kTableSeeds = 2, kTableEpochs = 3, kTableImages = 2000;

// All chains, in a fixed order.
std::vector<std::string> table_chains();

// From the CIFAR-10 folder, made ready for training.
SearchData table_images(const std::filesystem::path& cifar10);
ChainRow train_row(const SearchData& images, const std::string& chain, int seed);

// The rows of a table, by chain and seed.
using ChainTable = std::map<std::pair<std::string, int>, ChainRow>;
// Throws FormatError that names the line. A file that does not exist is an empty table.
ChainTable read_table(const std::filesystem::path& file);
// `command`: what made it, as a comment in the first line.
void write_table(const std::filesystem::path& file, const ChainTable& table, const std::string& command);

}  // namespace mininas::bench
