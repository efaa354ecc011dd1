// Runs other programs from tests.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mininas::test {

struct CommandResult {
  std::string ending;  // "" after exit status 0
  std::string output, errors;
};

// Throws IoError where the program is not there.
CommandResult run_command(const std::vector<std::string>& command);

bool has_program(const std::string& name);

// As the first line of a test that needs a program: `if (skipped_without("make")) return;` skips the test where the
// program is missing.
bool skipped_without(const std::string& program);

}  // namespace mininas::test
