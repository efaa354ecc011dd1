// Names of files and folders as texts: valid UTF-8 in Unicode's composed form (NFC), whatever the file system has. The
// same class is "café" in four letters on Linux, in five on macOS (an e and an accent of its own), and bytes of Latin-1
// on an old Windows disk; as class names they are one.
// Covered: letters of Latin, Greek, Cyrillic and Japanese scripts with one or more marks, and Korean syllables; other
// scripts pass through as they are. Source: Unicode 15, canonical decompositions.
#pragma once
#include <filesystem>
#include <string>

namespace mininas {

// The last part of `path`. Bytes that are no UTF-8 are taken for Latin-1.
std::string readable_name(const std::filesystem::path& path);

// The same for any text.
std::string composed_utf8(const std::string& name);

}  // namespace mininas
