// Files that survive a crash. They are read completely and written completely: to a temporary file in the same folder,
// then fsync, rename, and fsync of the folder. Every temporary file has its own name, so that several processes can
// write the same file at once: the last rename wins, and no file is a mixture. All functions throw IoError with the
// path and the system's reason.
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mininas {

// Throws FormatError if the file is larger than `limit_bytes`, IoError if it is not a regular file (reading a pipe
// could wait for ever).
std::vector<std::byte> read_file(const std::filesystem::path& path, size_t limit_bytes = size_t{1} << 31);
std::string read_text_file(const std::filesystem::path& path);

// Afterwards the file has exactly the content `bytes`. At no moment does it have a part of it, and after a failure it
// has the old content.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_text_file(const std::filesystem::path& path, std::string_view content);

// Removes the temporary files that killed processes left in `folder`; those of running processes stay. Never throws: a
// file that cannot be removed only takes space.
void remove_leftovers(const std::filesystem::path& folder);

// Adds one line and syncs it to the disk, and also the folder if the file is new. `line` has no newline.
void append_line(const std::filesystem::path& path, std::string_view line);

// Creates the folder and its parents, and checks that it can be written to.
void make_writable_folder(const std::filesystem::path& path);

// Holds `folder/lock` for this process until the object is destroyed or the process ends, and removes leftovers in that
// folder. Throws IoError if another process holds it.
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
