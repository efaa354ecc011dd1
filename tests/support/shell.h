// Runs other programs from tests.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mininas::test {

struct CommandResult {
  std::string ending;  // "" for exit status 0
  std::string output, errors;
};

// Throws IoError if there is no such program.
CommandResult run_command(const std::vector<std::string>& command);

bool has_program(const std::string& name);

// The first line of a test that needs a program: `if (skipped_without("make")) return;` skips the test if it is
// missing.
bool skipped_without(const std::string& program);

}  // namespace mininas::test
