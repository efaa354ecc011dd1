// Files that survive a crash: read whole, written whole (temporary file in the same folder, fsync, rename, fsync of the
// folder). All functions throw IoError with the path and the system's reason.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mininas {

// Throws FormatError when the file is larger than `limit_bytes`.
std::vector<std::byte> read_file(const std::filesystem::path& path, size_t limit_bytes = size_t{1} << 31);
std::string read_text_file(const std::filesystem::path& path);

// Afterwards the file holds exactly `bytes`; at no moment does it hold part of them, and on failure the old content
// stands.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_text_file(const std::filesystem::path& path, std::string_view content);

// Adds one line and syncs it to the disk. `line` holds no newline.
void append_line(const std::filesystem::path& path, std::string_view line);

// Makes the folder (and its parents) and proves that it can be written to.
void make_writable_folder(const std::filesystem::path& path);

// Holds `folder/lock` for this process until destroyed (also when the process dies). Throws IoError when another
// process holds it.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace mininas
