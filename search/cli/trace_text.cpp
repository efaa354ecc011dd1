#include "search/cli/trace_text.h"

#include <cstdio>

namespace mininas {

std::string real_text(double value, int digits) {
  char letters[64];
  std::snprintf(letters, sizeof letters, "%.*f", digits, value + 0.0);  // -0 + 0 is 0
  return letters;
}

void print_step(const char* name, const std::string& value, const std::string& how) {
  std::printf("%-14s %14s   %s\n", name, value.c_str(), how.c_str());
}

void print_step(const char* name, int64_t value, const std::string& how) {
  print_step(name, std::to_string(value), how);
}

}  // namespace mininas
