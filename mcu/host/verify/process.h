// Child processes: start a program without a shell, read what it prints, and get its exit status. A child has its own
// process group: Ctrl-C in a terminal reaches only this program, which decides what happens to its children.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"

namespace mininas {

// A program does not exist or cannot be executed.
class NotInstalled : public IoError {
 public:
  using IoError::IoError;
};

class Process {
 public:
  // Starts command[0] (looked up in PATH) with the other words as arguments. Standard input is empty, standard error
  // goes to `error_file`. `folder` is its working folder; empty: that of this process. Throws NotInstalled or IoError
  // with the program's name and the reason of the system.
  Process(const std::vector<std::string>& command, const std::filesystem::path& error_file,
          const std::filesystem::path& folder = {});
  // Ends the child if it is still running.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Fills `buffer` from the child's standard output. Returns fewer bytes only at its end.
  size_t read(std::span<std::byte> buffer);

  // Waits for the end of the child: "" for exit status 0, otherwise "exit status 3" or "signal 11".
  std::string wait();

 private:
  pid_t id_ = -1;
  int output_ = -1;
};

}  // namespace mininas
