// Runs `mininas` as a person does: arguments in, exit status and texts out. The program is named by MININAS_BIN
// (default: build/release/mininas).
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "search/record/record.h"

namespace mininas::test {

struct ProgramResult {
  int status = 0;
  std::string output, errors;

  Record json() const { return Record::parse(output, "standard output"); }
  // The errors are one line that begins with "mininas: ".
  bool is_one_error_line() const;
};

// The program's path.
std::string program_path();

ProgramResult mininas(std::vector<std::string> arguments);

// Starts the program, sends `signal` as soon as `moment` is true (or lets it end before that), and returns its exit
// status, or 128 + the signal that ended it. What it wrote to standard error goes to `errors`.
int signal_at(const std::vector<std::string>& arguments, const std::function<bool()>& moment, int signal,
              std::string* errors = nullptr);

// A data set of 300 + 40 images of 12x12 and a search of a second over it: some changes help, some do not.
extern const std::string kTinyData;
std::vector<std::string> tiny_search(const std::filesystem::path& out);

}  // namespace mininas::test
