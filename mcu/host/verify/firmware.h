// An exported network with the program of verification (mcu/boards), compiled and linked for a board.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "mcu/host/board.h"
#include "mcu/host/verify/compile.h"

namespace mininas {

// Of the linked file, in bytes.
struct LinkedSizes {
  int64_t text = 0;       // the runtime's code and tables, with what it takes from the compiler's library
  int64_t constants = 0;  // the model's one object
  int64_t arena = 0;
};

class Firmware {
 public:
  // `folder` is an export, `optimisation` a flag of the compiler's. Keeps references to the board and the work folder,
  // in which it builds. `objects` (where not empty) is a folder of objects that many networks share: what is not of
  // this network alone is compiled once. Throws ConfigError with the first complaint of compiler or linker, IoError
  // where there is none.
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
