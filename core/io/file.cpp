#include "core/io/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, const char* action, int reason) {
  throw IoError(text(path.string(), ": cannot ", action, ": ", std::strerror(reason)));
}

// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, const char* action)
      : value(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (value < 0) refuse(path, action, errno);
  }
  ~Descriptor() { ::close(value); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  const int value;
};

void write_all(const Descriptor& file, const fs::path& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.value, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(path, "write", errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  if (::fsync(file.value) != 0) refuse(path, "sync", errno);
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY, "open folder");
  ::fsync(descriptor.value);  // some file systems refuse to sync a folder; the rename stands all the same
}

std::span<const std::byte> bytes_of(std::string_view content) {
  return std::as_bytes(std::span(content.data(), content.size()));
}

}  // namespace

std::vector<std::byte> read_file(const fs::path& path, size_t limit_bytes) {
  const Descriptor file(path, O_RDONLY, "open");
  struct stat info {};
  if (::fstat(file.value, &info) != 0) refuse(path, "read", errno);
  if (S_ISDIR(info.st_mode)) refuse(path, "read", EISDIR);
  if (static_cast<size_t>(info.st_size) > limit_bytes)
    throw FormatError(text(path.string(), ": holds ", info.st_size, " bytes, expected at most ", limit_bytes));
  std::vector<std::byte> bytes(static_cast<size_t>(info.st_size));
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(file.value, bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, "read", errno);
    if (got == 0)
      throw FormatError(text(path.string(), ": ended after ", have, " of ", bytes.size(), " bytes while it was read"));
    have += static_cast<size_t>(got);
  }
  return bytes;
}

std::string read_text_file(const fs::path& path) {
  const auto bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void write_file(const fs::path& path, std::span<const std::byte> bytes) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const fs::path temporary = folder / (path.filename().string() + ".tmp");
  try {
    const Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC, "create");
    write_all(file, temporary, bytes);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int reason = errno;
    ::unlink(temporary.c_str());
    refuse(path, "replace", reason);
  }
  sync_folder(folder);
}

void write_text_file(const fs::path& path, std::string_view content) { write_file(path, bytes_of(content)); }

void append_line(const fs::path& path, std::string_view line) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND, "append to");
  write_all(file, path, bytes_of(std::string(line) + "\n"));
}

void make_writable_folder(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw IoError(text(path.string(), ": cannot make folder: ", failure.message()));
  if (::access(path.c_str(), W_OK | X_OK) != 0) refuse(path, "write to folder", errno);
}

FolderLock::FolderLock(const fs::path& folder) {
  const fs::path path = folder / "lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) refuse(path, "open", errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    if (reason == EWOULDBLOCK)
      throw IoError(
          text(folder.string(), ": another process is using this run; wait for it to end or choose another --out"));
    refuse(path, "lock", reason);
  }
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace mininas
