// The exceptions of the project, one type for each cause that needs a different reaction. The text is one line for a
// person: where the error is, what was expected, what was found, and what to do. Library code throws these and never
// prints or exits; only `search/cli/main.cpp` turns them into exit codes.
// Not an error: an architecture that a search cannot train. That is a result of its evaluation (search/evaluate).
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace mininas {

// The base class of all errors that a person can cause: exit status 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Wrong use of the command line: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// An invalid value: a shape, an architecture, an option outside its range.
class ConfigError : public Error {
 public:
  using Error::Error;
};

// A file whose content does not follow its format. The text names the path, the position and what was expected.
class FormatError : public Error {
 public:
  using Error::Error;
};

// The operating system refused an operation. The text names the path and the reason.
class IoError : public Error {
 public:
  using Error::Error;
};

// Work was stopped on request (Ctrl-C, a time limit) after its state was saved.
class Interrupted : public Error {
 public:
  using Error::Error;
};

// Joins its arguments into one string, formatted as by an output stream.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// A violated assumption of the program itself, never bad input: throws std::logic_error with expression, file and line.
[[noreturn]] void check_failed(const char* expression, const char* file, int line, const std::string& detail);

}  // namespace mininas

#define MN_CHECK(condition, ...)                                                                             \
  do {                                                                                                       \
    if (!(condition)) ::mininas::check_failed(#condition, __FILE__, __LINE__, ::mininas::text(__VA_ARGS__)); \
  } while (false)
