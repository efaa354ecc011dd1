#include "core/error.h"

namespace mininas {

void check_failed(const char* expression, const char* file, int line, const std::string& detail) {
  throw std::logic_error(
      text(file, ":", line, ": internal check failed: ", expression, detail.empty() ? "" : ": ", detail));
}

}  // namespace mininas
