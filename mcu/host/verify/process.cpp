#include "mcu/host/verify/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not every unistd.h declares it

namespace mininas {
namespace {

// The three standard files of a child process.
class FileActions {
 public:
  FileActions(int output, int errors, const std::filesystem::path& folder) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, errors, STDERR_FILENO);
    if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// For what a child says. Made here rather than by the child, so that it is there even if the child never gets so far.
class ErrorFile {
 public:
  explicit ErrorFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw IoError(text(path.string(), ": cannot create: ", std::strerror(errno)));
  }
  ~ErrorFile() { ::close(descriptor_); }
  ErrorFile(const ErrorFile&) = delete;
  ErrorFile& operator=(const ErrorFile&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// Puts the child into its own process group.
class OwnGroup {
 public:
  OwnGroup() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
  }
  ~OwnGroup() { ::posix_spawnattr_destroy(&attributes_); }
  OwnGroup(const OwnGroup&) = delete;
  OwnGroup& operator=(const OwnGroup&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& error_file,
                 const std::filesystem::path& folder) {
  const ErrorFile errors(error_file);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw IoError(text("cannot make a pipe: ", std::strerror(errno)));
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const FileActions actions(ends[1], errors.get(), folder);
  const int failure = ::posix_spawnp(&id_, arguments[0], actions.get(), OwnGroup().get(), arguments.data(), environ);
  ::close(ends[1]);
  output_ = ends[0];
  if (failure == 0) return;
  ::close(output_);
  const std::string what = text("cannot start ", command[0], ": ", std::strerror(failure));
  if (failure == ENOENT || failure == EACCES) throw NotInstalled(what);
  throw IoError(what);
}

Process::~Process() {
  ::close(output_);
  if (id_ < 0) return;
  ::kill(id_, SIGKILL);
  wait();
}

size_t Process::read(std::span<std::byte> buffer) {
  size_t have = 0;
  while (have < buffer.size()) {
    const ssize_t got = ::read(output_, buffer.data() + have, buffer.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(text("cannot read from a child process: ", std::strerror(errno)));
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  return have;
}

std::string Process::wait() {
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  id_ = -1;
  if (WIFSIGNALED(status)) return text("signal ", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : text("exit status ", WEXITSTATUS(status));
}

}  // namespace mininas
