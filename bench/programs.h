// Other programs as a benchmark sees them: each figure comes from a process of its own, so that one does not inherit
// another's memory.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mcu/host/verify/compile.h"
#include "search/record/record.h"

namespace mininas::bench {

// What `command` prints; nothing where it fails, and then `errors` says why.
std::optional<std::string> output_of(const std::vector<std::string>& command, const std::filesystem::path& errors);
// The JSON object that it prints. Throws IoError with what it said where it fails.
Record answer_of(const std::vector<std::string>& command, const WorkFolder& work);

// The program `mininas` beside this one.
std::string mininas_program();

}  // namespace mininas::bench
