// Firmware: an exported network with the verification program (mcu/boards), compiled and linked for a board.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "mcu/host/board.h"
#include "mcu/host/verify/compile.h"

namespace mininas {

// Sizes in the linked file, in bytes.
struct LinkedSizes {
  int64_t text = 0;       // the runtime's code and tables, including parts of the compiler's library
  int64_t constants = 0;  // the model's constant object
  int64_t arena = 0;
};

class Firmware {
 public:
  // `folder` is an export, `optimisation` a compiler flag. Keeps references to the board and to the work folder, in
  // which it builds. `objects`, if not empty, is a folder of objects that several networks share: files that do not
  // depend on this network are compiled only once. Throws ConfigError with the first error of compiler or linker,
  // IoError if there is no compiler.
  Firmware(const std::filesystem::path& folder, const Board& board, const std::string& optimisation,
           const WorkFolder& work, const std::filesystem::path& objects = {});

  std::filesystem::path file() const { return work_ / "firmware.elf"; }
  LinkedSizes sizes() const;

 private:
  std::vector<std::string> compiler() const;
  std::filesystem::path object_of(const std::filesystem::path& source) const;
  std::filesystem::path shared_object(const std::filesystem::path& source) const;
  void compile(const std::filesystem::path& source, const std::filesystem::path& object) const;
  void link(const std::vector<std::filesystem::path>& objects) const;
  std::string run(const std::vector<std::string>& command, const std::string& log) const;

  const std::filesystem::path folder_;
  const Board& board_;
  const std::string optimisation_;
  const WorkFolder& work_;
  const std::filesystem::path objects_;
};

}  // namespace mininas
