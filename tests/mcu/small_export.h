// A small network with random weights, images for it, and the names of the files in an export folder.
#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "tests/nn/small_networks.h"
#include "tests/support/random_model.h"

namespace mininas::test {

inline ImageSet image_set(const NetworkSpec& spec, int64_t count, uint64_t seed) {
  ImageSet images{
      spec.input(), {}, random_images(spec.input(), count, Rng(seed)), std::vector<int>(static_cast<size_t>(count), 0)};
  for (int i = 0; i < spec.classes(); ++i) images.class_names.push_back(text("class ", i));
  return images;
}

inline QuantizedModel small_model(uint64_t seed = 1) {
  return random_model(family_network(4, {{true, 3}, {false, 5}, {true, 7}}, {9, 7, 3}, 3), Rng(seed));
}

inline std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

}  // namespace mininas::test
