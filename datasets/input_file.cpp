#include "datasets/input_file.h"

#include "core/error.h"
#include "core/io/file.h"

namespace mininas {

std::vector<std::byte> read_input_file(const std::filesystem::path& path, size_t limit_bytes,
                                       const std::string& expected) {
  std::error_code failure;
  const bool exists = std::filesystem::exists(path, failure);
  if (!exists && !failure) throw IoError(text(path.string(), ": no such file; expected ", expected));
  return read_file(path, limit_bytes);  // reports the reason if the file cannot be read
}

}  // namespace mininas
