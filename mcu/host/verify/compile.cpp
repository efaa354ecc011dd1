#include "mcu/host/verify/compile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <sstream>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/object/runtime_files.h"
#include "mcu/host/verify/process.h"

namespace mininas {

namespace fs = std::filesystem;

namespace {

// Compilers first print the location and then the error. After a failed link, the linker's error comes first and the
// compiler's message about it last.
std::string first_error_of(const fs::path& path) {
  std::istringstream content(read_text_file(path));
  for (std::string line; std::getline(content, line);)
    if (line.find("error") != std::string::npos && !line.starts_with("collect2")) return line;
  return first_line_of(path);
}

constexpr const char* kWorkFolderName = "mininas-verify-";
constexpr const char* kLockName = "lock";

bool is_own_folder(const struct stat& info) { return S_ISDIR(info.st_mode) && info.st_uid == ::geteuid(); }

// Whoever made it may be about to lock it.
bool is_young(const struct stat& info) { return info.st_mtime + 60 >= ::time(nullptr); }

// The lock goes last: until then, whoever comes next can go on with removing.
void remove_folder(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (entry->path().filename() != kLockName) fs::remove_all(entry->path(), ignored);
  ::unlink((folder / kLockName).c_str());
  ::rmdir(folder.c_str());
}

// Removes the folder if its process has ended. A process that was killed before it made a lock left the folder empty.
void remove_if_abandoned(const fs::path& folder) {
  struct stat info {};
  if (::lstat(folder.c_str(), &info) != 0 || !is_own_folder(info)) return;
  const int lock = ::open((folder / kLockName).c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  if (lock < 0) {
    if (!is_young(info)) ::rmdir(folder.c_str());
    return;
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) remove_folder(folder);
  ::close(lock);
}

void remove_abandoned(const fs::path& place) {
  std::error_code ignored;
  for (fs::directory_iterator entry(place, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (entry->path().filename().string().starts_with(kWorkFolderName)) remove_if_abandoned(entry->path());
}

std::string read_all(Process& child) {
  std::string all;
  std::array<std::byte, 4096> buffer;
  for (size_t got = buffer.size(); got == buffer.size();) {
    got = child.read(buffer);
    all.append(reinterpret_cast<const char*>(buffer.data()), got);
  }
  return all;
}

}  // namespace

const std::vector<std::string>& strict_c_flags() {
  static const std::vector<std::string> flags = {"-std=c99",     "-pedantic", "-Wall",         "-Wextra",
                                                 "-Wconversion", "-Werror",   "-ffreestanding"};
  return flags;
}

WorkFolder::WorkFolder() {
  std::error_code failure;
  const fs::path place = fs::temp_directory_path(failure);
  if (failure) throw IoError(text("TMPDIR: cannot use the temporary folder: ", failure.message()));
  remove_abandoned(place);
  while (!create(place)) continue;
}

// Returns false if another process took the folder for an abandoned one and removed it before it was locked.
bool WorkFolder::create(const fs::path& place) {
  std::string name = (place / text(kWorkFolderName, "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr)
    throw IoError(text(name, ": cannot make a temporary folder: ", std::strerror(errno)));
  path_ = name;
  const fs::path file = path_ / kLockName;
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (lock_ < 0 && errno == ENOENT) return false;
  if (lock_ < 0) {
    const int reason = errno;
    ::rmdir(name.c_str());
    throw IoError(text(file.string(), ": cannot create: ", std::strerror(reason)));
  }
  if (lock()) return true;
  ::close(lock_);
  return false;
}

// Without a lock the folder must not look as if it had one.
bool WorkFolder::lock() {
  int failure = 0;
  while ((failure = ::flock(lock_, LOCK_EX)) != 0 && errno == EINTR) continue;
  if (failure != 0) ::unlink((path_ / kLockName).c_str());
  struct stat info {};
  return failure != 0 || ::fstat(lock_, &info) != 0 || info.st_nlink > 0;
}

WorkFolder::~WorkFolder() {
  remove_folder(path_);
  ::close(lock_);
}

std::vector<fs::path> exported_sources(const fs::path& folder) {
  std::vector<fs::path> sources;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(folder, failure)) {
    const std::string name = entry.path().filename().string();
    if (name == "model.c" || (name.starts_with("mn_") && name.ends_with(".c"))) sources.push_back(entry.path());
  }
  if (failure) throw IoError(text(folder.string(), ": cannot read folder: ", failure.message()));
  std::sort(sources.begin(), sources.end());
  if (sources.empty())
    throw ConfigError(text(folder.string(), ": holds no exported network (model.c); run the export first"));
  return sources;
}

void write_board_files(const WorkFolder& work) {
  for (const TextFile& file : board_files()) write_text_file(work / file.name, file.text);
}

std::string first_line_of(const fs::path& path) {
  const std::string content = read_text_file(path);
  return content.substr(0, content.find('\n'));
}

std::string run_tool(const std::vector<std::string>& command, const fs::path& log, const std::string& subject,
                     const std::string& advice) {
  try {
    Process child(command, log);
    std::string output = read_all(child);
    const std::string ending = child.wait();
    if (ending.empty()) return output;
    if (ending.starts_with("signal")) throw IoError(text(subject, ": ", command[0], " was ended by ", ending));
  } catch (const NotInstalled& error) {
    throw IoError(text(error.what(), "; ", advice));
  }
  throw ConfigError(text(subject, ": ", command[0], " refuses the code: ", first_error_of(log)));
}

}  // namespace mininas
