// The errors of the project, one type for each party that can mend them. What: text for a person, one line: where, what
// was expected, what came, what to do. What it is not: a way to report a bad architecture of a search (that is data,
// see search/evaluate/evaluator.h). Library code throws these and never prints or exits; `search/cli/main.cpp` alone
// turns them into exit codes.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace mininas {

// Base of all errors that a person can cause. Exit status 1.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Wrong use of the command line: exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// A value that cannot be (a shape, an architecture, an option's range).
class ConfigError : public Error {
 public:
  using Error::Error;
};

// A file whose content is not what its format says: text names path, place and what was expected.
class FormatError : public Error {
 public:
  using Error::Error;
};

// The operating system refused: text names path and reason.
class IoError : public Error {
 public:
  using Error::Error;
};

// Work stopped on request (Ctrl-C, a time limit) after its state was saved.
class Interrupted : public Error {
 public:
  using Error::Error;
};

// Joins its arguments into one string, as a stream would print them.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// A broken promise inside the program (never user input): throws std::logic_error with the expression and its place.
[[noreturn]] void check_failed(const char* expression, const char* file, int line, const std::string& detail);

}  // namespace mininas

#define MN_CHECK(condition, ...)                                                                             \
  do {                                                                                                       \
    if (!(condition)) ::mininas::check_failed(#condition, __FILE__, __LINE__, ::mininas::text(__VA_ARGS__)); \
  } while (false)
