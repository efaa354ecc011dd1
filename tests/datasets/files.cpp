#include "tests/datasets/files.h"
#include "tests/support/skip.h"

#include <fstream>

namespace mininas::test {

void put_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

Bytes damaged(const Bytes& whole, Rng& rng) {
  Bytes bytes = whole;
  if (rng.coin()) {
    bytes.resize(rng.below(static_cast<uint32_t>(whole.size())));
    return bytes;
  }
  for (uint32_t flips = 1 + rng.below(3); flips > 0; --flips)
    bytes[rng.below(static_cast<uint32_t>(bytes.size()))] ^= static_cast<uint8_t>(1u << rng.below(8));
  return bytes;
}

void check_survives(const std::function<void()>& load) {
  try {
    load();
  } catch (const Error&) {
    // an error is as good as a success
  }
  SUCCEED();
}

std::optional<std::filesystem::path> real_data(const std::string& name) {
  const char* root = std::getenv("MININAS_DATA");
  if (root != nullptr) return std::filesystem::path(root) / name;
  skip("MININAS_DATA is not set");
  return std::nullopt;
}

}  // namespace mininas::test
