#include "core/version.h"

// Defined by the Makefile.
#ifndef MN_COMMIT
#define MN_COMMIT "unknown"
#endif

namespace mininas {

const char* program_version() { return "0.9"; }

const char* program_commit() { return MN_COMMIT; }

std::string program_compiler() {
#ifdef __clang__
  return std::string("clang++ ") + __clang_version__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

}  // namespace mininas
