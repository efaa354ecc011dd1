// The 31 small data sets of the poster's Table 2, with the figures published for them. What the names of the two large
// ones stand for, and that the ImageNet sets are classes of Tiny ImageNet, is inferred: every class name exists there,
// and the published gains are whole numbers of its 50 test images a class.
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
  std::vector<std::string> classes;  // of CIFAR-10 by name, none: all ten; of Tiny ImageNet "n02124075=egyptian_cat"
  int class_count = 2;
  double published_gain = 0;        // points of accuracy over MobileNetV2
  double published_efficiency = 0;  // MobileNetV2's parameters by those of the network found
};

// In the order of the table.
const std::vector<SuiteEntry>& suite_table();
// Throws UsageError that lists the names.
const SuiteEntry& suite_entry(const std::string& name);

// The text of --data for `entry` below `root`; empty where the images are not there. Looked for, in this order:
//   CIFAR-10        root/cifar-10-batches-bin
//   Tiny ImageNet   root/tiny-imagenet-200 (as downloaded), root/tiny-imagenet-pairs/NAME (folders train/ and test/)
std::optional<std::string> suite_data(const SuiteEntry& entry, const std::filesystem::path& root);
// One sentence, the same for all of a source: what is missing, where it is looked for and how to get it.
std::string how_to_get(const SuiteEntry& entry, const std::filesystem::path& root);

}  // namespace mininas
