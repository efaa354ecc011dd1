// A trained float network as a file: spec, class names, pixel scale, weights, running statistics (BinaryWriter kind
// "NETW").
#pragma once
#include <filesystem>

#include "nn/train/network.h"

namespace mininas {

struct NamedNetwork {
  Network network;
  std::vector<std::string> class_names;
};

void save_network(Network& network, const std::vector<std::string>& class_names, const std::filesystem::path& path);
// Throws FormatError with the path and what is wrong in the file.
NamedNetwork load_network(const std::filesystem::path& path);

// Writes and reads a spec as a part of other files.
class SpecCodec {
 public:
  static void put(class BinaryWriter& out, const NetworkSpec& spec);
  static NetworkSpec get(class BinaryReader& in);  // throws FormatError if the spec is not legal
};

}  // namespace mininas
