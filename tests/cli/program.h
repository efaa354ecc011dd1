// Runs `mininas` as a user does, with arguments, exit status and output. The environment variable MININAS_BIN is the
// path of the program (default: build/release/mininas).
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

// The words of a command line, none of which holds a space.
std::vector<std::string> words_of(const std::string& line);

// The path of the program.
std::string program_path();

ProgramResult mininas(std::vector<std::string> arguments);

// Starts the program, sends `signal` as soon as `moment` is true (unless it ends before), and returns its exit status,
// or 128 + the signal that ended it. Its standard error goes to `errors`.
int signal_at(const std::vector<std::string>& arguments, const std::function<bool()>& moment, int signal,
              std::string* errors = nullptr);

// The same, as soon as the program has written `said` to standard error.
int signal_after(const std::vector<std::string>& arguments, const std::string& said, int signal, std::string* errors);

// A data set of 300 + 40 images of 12x12, and a search on it that takes a second, in which some changes help and others
// do not.
extern const std::string kTinyData;
std::vector<std::string> tiny_search(const std::filesystem::path& out);

}  // namespace mininas::test
