#include "core/io/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <tuple>

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
  explicit Descriptor(int open_file) : value(open_file) {}
  Descriptor(const fs::path& path, int flags, const char* action)
      : value(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (value < 0) refuse(path, action, errno);
  }
  ~Descriptor() { ::close(value); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  const int value;
};

// Calls `call` again as long as a signal interrupts it.
template <class Call>
int uninterrupted(Call call) {
  int result;
  while ((result = call()) != 0 && errno == EINTR) continue;
  return result;
}

int sync_to_disk(int descriptor) {
  return uninterrupted([&] { return ::fsync(descriptor); });
}

// Writes all bytes at the end of the file `descriptor`; `path` is for errors.
void write_all(int descriptor, const fs::path& path, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(path, "write", errno);
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  if (sync_to_disk(descriptor) != 0) refuse(path, "sync", errno);
}

// Some file systems cannot sync a folder (EINVAL); the rename is valid all the same.
void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY, "open folder");
  if (sync_to_disk(descriptor.value) != 0 && errno != EINVAL) refuse(folder, "sync folder", errno);
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

constexpr std::string_view kTemporaryEnding = ".mininas-tmp";

// A file in the folder of `path` with a name that no other process uses. It is removed at the end unless it was renamed
// to `path`. As long as its writer runs it is locked, which distinguishes it from the leftover of a killed process.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& path) : target_(path) {
    while (!create()) continue;
  }
  ~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
    ::close(descriptor_);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int descriptor() const { return descriptor_; }
  void take_the_name() {
    if (::rename(name_.c_str(), target_.c_str()) != 0) refuse(target_, "replace", errno);
    name_.clear();
  }

 private:
  // Returns false if the name was taken, or if another process removed the file as a leftover before it was locked.
  bool create() {
    static std::atomic<unsigned> count = 0;
    const std::string name = text(target_.filename().string(), ".", ::getpid(), "-", count++, kTemporaryEnding);
    name_ = folder_of(target_) / name;
    descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor_ < 0 && errno != EEXIST) refuse(target_, "create", errno);
    if (descriptor_ < 0) return false;
    uninterrupted([&] { return ::flock(descriptor_, LOCK_EX); });
    struct stat info {};
    if (::fstat(descriptor_, &info) != 0 || info.st_nlink > 0) return true;
    ::close(descriptor_);
    return false;
  }

  fs::path target_, name_;
  int descriptor_ = -1;
};

std::span<const std::byte> bytes_of(std::string_view content) {
  return std::as_bytes(std::span(content.data(), content.size()));
}

}  // namespace

std::vector<std::byte> read_file(const fs::path& path, size_t limit_bytes) {
  const Descriptor file(path, O_RDONLY | O_NONBLOCK, "open");  // otherwise opening a pipe would wait for its writer
  struct stat info {};
  if (::fstat(file.value, &info) != 0) refuse(path, "read", errno);
  if (S_ISDIR(info.st_mode)) refuse(path, "read", EISDIR);
  if (!S_ISREG(info.st_mode)) throw IoError(text(path.string(), ": is no regular file; expected one"));
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
  TemporaryFile file(path);
  write_all(file.descriptor(), path, bytes);
  file.take_the_name();
  sync_folder(folder_of(path));
}

void write_text_file(const fs::path& path, std::string_view content) { write_file(path, bytes_of(content)); }

void remove_leftovers(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored)) {
    if (!entry->path().string().ends_with(kTemporaryEnding)) continue;
    const Descriptor file(::open(entry->path().c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (file.value >= 0 && ::flock(file.value, LOCK_EX | LOCK_NB) == 0) ::unlink(entry->path().c_str());
  }
}

void append_line(const fs::path& path, std::string_view line) {
  const bool is_new = ::access(path.c_str(), F_OK) != 0;
  const Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND, "append to");
  const off_t before = ::lseek(file.value, 0, SEEK_END);
  try {
    write_all(file.value, path, bytes_of(std::string(line) + "\n"));
  } catch (const IoError&) {
    // if that fails, readers ignore the incomplete line
    if (before >= 0) std::ignore = ::ftruncate(file.value, before);
    throw;
  }
  if (is_new) sync_folder(folder_of(path));
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
  remove_leftovers(folder);
}

FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace mininas
