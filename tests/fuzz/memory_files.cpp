// core/io/file.h in memory, for `make fuzz`, which links it in place of core/io/file.cpp. Each file is also on the
// disk, empty, so that the file system knows it where a reader asks whether it exists.
#include <fstream>
#include <map>
#include <span>

#include "core/error.h"
#include "core/io/file.h"
#include "tests/fuzz/files.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

using Content = std::vector<std::byte>;

std::map<fs::path::string_type, Content>& files() {
  static std::map<fs::path::string_type, Content> all;
  return all;
}

Content& file(const fs::path& path) {
  const auto [place, is_new] = files().try_emplace(path.native());
  if (is_new) std::ofstream{path};
  return place->second;
}

std::span<const std::byte> bytes_of(std::string_view content) { return std::as_bytes(std::span(content)); }

}  // namespace

std::vector<std::byte> read_file(const fs::path& path, size_t limit_bytes) {
  const auto found = files().find(path.native());
  if (found == files().end()) throw IoError(text(path.string(), ": cannot open"));
  if (found->second.size() > limit_bytes) throw FormatError(text(path.string(), ": holds too many bytes"));
  return found->second;
}

std::string read_text_file(const fs::path& path) {
  const Content bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  file(path).assign(bytes.begin(), bytes.end());
}

void write_text_file(const fs::path& path, std::string_view content) { write_file(path, bytes_of(content)); }

void append_line(const fs::path& path, std::string_view line) {
  Content& content = file(path);
  for (const std::string_view part : {line, std::string_view("\n")}) {
    const auto bytes = bytes_of(part);
    content.insert(content.end(), bytes.begin(), bytes.end());
  }
}

void make_writable_folder(const fs::path& path) { fs::create_directories(path); }

// One process, and no file that is written in parts.
void remove_leftovers(const fs::path&) {}
FolderLock::FolderLock(const fs::path&) { static_cast<void>(descriptor_); }
FolderLock::~FolderLock() = default;

namespace test {

void put(const fs::path& path, std::string_view content) { write_text_file(path, content); }

}  // namespace test
}  // namespace mininas
