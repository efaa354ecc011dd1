// Compiling an exported network: a temporary folder, the sources, and the first error of the compiler.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mininas {

// The C of an export has no warnings with these flags, with every compiler.
const std::vector<std::string>& strict_c_flags();

// A temporary folder that is removed by the destructor. A folder that a killed process left is removed when the next
// one is created. A folder in use holds a file `lock` that its process keeps locked; only a folder whose lock is free
// counts as left. One without that file, of another version or on a file system without locks, is left alone. Throws
// IoError.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  bool create(const std::filesystem::path& place);
  bool lock();

  std::filesystem::path path_;
  int lock_ = -1;
};

// model.c and the runtime's sources in `folder`, sorted by name. Throws IoError, or ConfigError if the folder is not an
// export.
std::vector<std::filesystem::path> exported_sources(const std::filesystem::path& folder);

// Writes the files of mcu/boards (board.h, driver.c, ...) into the work folder.
void write_board_files(const WorkFolder& work);

std::string first_line_of(const std::filesystem::path& path);

// Runs a compiler or linker and returns its standard output; messages go to `log`. Throws ConfigError "`subject`:
// <command> rejects the code: <its first error>", or IoError: with `advice` if the program cannot be started, with the
// signal if one ended it (the system does so where memory runs out), which says nothing about the code.
std::string run_tool(const std::vector<std::string>& command, const std::filesystem::path& log,
                     const std::string& subject, const std::string& advice);

}  // namespace mininas
