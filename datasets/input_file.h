// Reads one file of a data set that consists of several.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace mininas {

// As core's read_file, but where the file does not exist the IoError also says `expected`: what the folder should hold.
std::vector<std::byte> read_input_file(const std::filesystem::path& path, size_t limit_bytes,
                                       const std::string& expected);

}  // namespace mininas
