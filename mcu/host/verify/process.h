// Child processes: start a program without a shell, read what it prints, learn how it ended. A child is in a process
// group of its own: Ctrl-C in a terminal reaches this program alone, which decides what becomes of its children.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace mininas {

// A program that is not there, or that may not be run.
class NotInstalled : public IoError {
 public:
  using IoError::IoError;
};

class Process {
 public:
  // Starts command[0] (looked up in PATH) with the other words as arguments. Standard input is empty, standard error
  // goes to `error_file`. `folder` is where it works, empty: where this process does. Throws NotInstalled, or IoError,
  // with the program's name and the system's reason.
  Process(const std::vector<std::string>& command, const std::filesystem::path& error_file,
          const std::filesystem::path& folder = {});
  // Ends the child if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Fills `buffer` from the child's standard output; returns fewer bytes only where that ended.
  size_t read(std::span<std::byte> buffer);

  // Waits for the end: "" after exit status 0, otherwise "exit status 3" or "signal 11".
  std::string wait();

 private:
  pid_t id_ = -1;
  int output_ = -1;
};

}  // namespace mininas
