// The files that readers are given. In the tests they are files of a folder (files.cpp). `make fuzz` keeps what
// core/io/file.h writes and reads in memory (memory_files.cpp): opening a file takes longer than most readers do.
#pragma once
#include <filesystem>
#include <string_view>

namespace mininas::test {

// Afterwards read_file(path) returns `content`.
void put(const std::filesystem::path& path, std::string_view content);

}  // namespace mininas::test
