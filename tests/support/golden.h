// Golden data of the published methods: JSON files below MININAS_REFERENCE/methods, each of which explains its fields.
// Tests read all cases of a known form, so further cases need no change here.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

namespace mininas::test {

// Nothing if MININAS_REFERENCE is not set or has no such file; the test is then skipped.
inline std::optional<nlohmann::json> golden(const std::string& name) {
  const char* folder = std::getenv("MININAS_REFERENCE");
  if (folder == nullptr) return std::nullopt;
  std::ifstream file(std::filesystem::path(folder) / "methods" / (name + ".json"));
  if (!file) return std::nullopt;
  return nlohmann::json::parse(file);
}

}  // namespace mininas::test
