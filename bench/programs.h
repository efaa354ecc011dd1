// Runs other programs for a benchmark: each figure comes from its own process, so that none inherits another's memory.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mcu/host/verify/compile.h"
#include "search/record/record.h"

namespace mininas::bench {

// The standard output of `command`; nothing if it fails, then `errors` has the reason.
std::optional<std::string> output_of(const std::vector<std::string>& command, const std::filesystem::path& errors);
// The JSON object that it prints. If it fails, throws IoError with its error output.
Record answer_of(const std::vector<std::string>& command, const WorkFolder& work);

// The path of the program `mininas` in the folder of this program.
std::string mininas_program();

}  // namespace mininas::bench
