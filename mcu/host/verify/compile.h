// Compiling an exported network: the folder to work in, the sources, the compiler's first complaint.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mininas {

// The C of an export is clean under these, with every compiler.
const std::vector<std::string>& strict_c_flags();

// A temporary folder of our own, gone afterwards. One that a killed process left goes with the next one that is made:
// living ones are locked. Throws IoError.
class WorkFolder {
 public:
  WorkFolder();
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

// model.c and the runtime's sources in `folder`, in the order of their names. Throws IoError, or ConfigError where it
// is no export.
std::vector<std::filesystem::path> exported_sources(const std::filesystem::path& folder);

// Writes mcu/boards' files (board.h, driver.c, ...) into the work folder.
void write_board_files(const WorkFolder& work);

std::string first_line_of(const std::filesystem::path& path);

// Runs a compiler or linker. Throws ConfigError "`subject`: <command> refuses the code: <its first error>"; IoError
// with `advice` where the program cannot be started. `log` takes what it says. Returns what it prints on standard
// output.
std::string run_tool(const std::vector<std::string>& command, const std::filesystem::path& log,
                     const std::string& subject, const std::string& advice);

}  // namespace mininas
