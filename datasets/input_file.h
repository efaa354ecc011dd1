// Reads one of the several files of a data set.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace mininas {

// Like read_file (core/io/file.h), but if the file does not exist, the IoError adds `expected`: what the folder should
// hold.
std::vector<std::byte> read_input_file(const std::filesystem::path& path, size_t limit_bytes,
                                       const std::string& expected);

}  // namespace mininas
