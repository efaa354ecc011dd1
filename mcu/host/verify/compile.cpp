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

// Whether the process that made this folder has ended. A very new folder may not be locked yet.
bool is_abandoned(const fs::path& folder) {
  struct stat info {};
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) return false;
  constexpr time_t kYoung = 60;  // seconds
  const bool gone = ::fstat(descriptor, &info) == 0 && info.st_uid == ::geteuid() &&
                    info.st_mtime + kYoung < ::time(nullptr) && ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return gone;
}

void remove_abandoned(const fs::path& place) {
  std::error_code ignored;
  for (fs::directory_iterator entry(place, ignored), end; !ignored && entry != end; entry.increment(ignored))
    if (entry->path().filename().string().starts_with(kWorkFolderName) && is_abandoned(entry->path()))
      fs::remove_all(entry->path(), ignored);
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
  std::string name = (place / text(kWorkFolderName, "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr)
    throw IoError(text(name, ": cannot make a temporary folder: ", std::strerror(errno)));
  path_ = name;
  lock_ = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ::flock(lock_, LOCK_EX | LOCK_NB);
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
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
    if (child.wait().empty()) return output;
  } catch (const NotInstalled& error) {
    throw IoError(text(error.what(), "; ", advice));
  }
  throw ConfigError(text(subject, ": ", command[0], " refuses the code: ", first_error_of(log)));
}

}  // namespace mininas
