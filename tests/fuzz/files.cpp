#include "tests/fuzz/files.h"

#include <fstream>

namespace mininas::test {

// Without write_file's syncs, which would make the test slow.
void put(const std::filesystem::path& path, std::string_view content) {
  std::ofstream(path, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
}

}  // namespace mininas::test
