// The 31 small data sets of Table 2 of the Mini-NAS poster, with the published figures. Two things are inferred: which
// classes the two large sets contain, and that the ImageNet sets are classes of Tiny ImageNet. Every class name exists
// there, and the published gains are whole numbers of its 50 test images per class.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mininas {

enum class SuiteSource { kCifar10, kTinyImagenet };

struct SuiteEntry {
  std::string name;  // "airplane-automobile": for folders and the command line
  SuiteSource source = SuiteSource::kCifar10;
  std::vector<std::string> classes;  // names of CIFAR-10 classes (none: all ten), or "n02124075=egyptian_cat"
  int class_count = 2;
  double published_gain = 0;        // accuracy minus MobileNetV2's, in percentage points
  double published_efficiency = 0;  // MobileNetV2's parameters divided by those of the network found
};

// The entries in the order of the published table.
const std::vector<SuiteEntry>& suite_table();
// Throws ConfigError, with all names, where `name` is unknown.
const SuiteEntry& suite_entry(const std::string& name);

// The text of --data for `entry` below `root`, or nothing if the images are not there. Tried in this order:
//   CIFAR-10        root/cifar-10-batches-bin
//   Tiny ImageNet   root/tiny-imagenet-200 (as downloaded), root/tiny-imagenet-pairs/NAME (folders train/ and test/)
std::optional<std::string> suite_data(const SuiteEntry& entry, const std::filesystem::path& root);
// One sentence that is the same for all entries of a source: what is missing, where it is expected, and how to get it.
std::string how_to_get(const SuiteEntry& entry, const std::filesystem::path& root);

}  // namespace mininas
