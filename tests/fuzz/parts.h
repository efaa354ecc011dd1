// An input that stands for several files: the parts one behind the other, each but the last behind two bytes with its
// length, the lower byte first. Every input can be divided; parts that are missing are empty.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace mininas::test {

inline std::vector<std::string_view> divided(std::string_view input, size_t count) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < count) {
    size_t length = 0;
    for (size_t i = 0; i < 2 && i < input.size(); ++i)
      length |= size_t{static_cast<unsigned char>(input[i])} << (8 * i);
    input.remove_prefix(input.size() < 2 ? input.size() : 2);
    parts.push_back(input.substr(0, length));
    input.remove_prefix(parts.back().size());
  }
  parts.push_back(input);
  return parts;
}

// Requires that all parts but the last have less than 65,536 bytes.
inline std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i + 1 < parts.size()) {
      all += static_cast<char>(parts[i].size() & 255);
      all += static_cast<char>(parts[i].size() >> 8);
    }
    all += parts[i];
  }
  return all;
}

}  // namespace mininas::test
