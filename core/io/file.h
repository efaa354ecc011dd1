// Files that survive a crash: read whole, written whole (a temporary file in the same folder, fsync, rename, fsync of
// the folder). Every temporary file has a name of its own, so that processes which write the same file at once do not
// meet: the last rename wins, and each of them is whole. All functions throw IoError with the path and the system's
// reason.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mininas {

// Throws FormatError when the file is larger than `limit_bytes`, IoError when it is no regular file (a pipe could keep
// its reader waiting for ever).
std::vector<std::byte> read_file(const std::filesystem::path& path, size_t limit_bytes = size_t{1} << 31);
std::string read_text_file(const std::filesystem::path& path);

// Afterwards the file holds exactly `bytes`; at no moment does it hold part of them, and on failure the old content
// stands.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_text_file(const std::filesystem::path& path, std::string_view content);

// Removes the temporary files that killed processes left in `folder`; those of living ones stay. Never throws: what
// cannot be removed costs nothing but room.
void remove_leftovers(const std::filesystem::path& folder);

// Adds one line and syncs it to the disk, and the folder too where the file is new. `line` holds no newline.
void append_line(const std::filesystem::path& path, std::string_view line);

// Makes the folder (and its parents) and proves that it can be written to.
void make_writable_folder(const std::filesystem::path& path);

// Holds `folder/lock` for this process until destroyed (also when the process dies), and removes leftovers in that
// folder. Throws IoError when another process holds it.
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
