#include "core/version.h"

#include "core/error.h"

// Defined by the Makefile.
#ifndef MN_COMMIT
#define MN_COMMIT "unknown"
#endif

namespace mininas {

const char* program_version() { return "0.9"; }

const char* program_commit() { return MN_COMMIT; }

std::string program_compiler() {
#ifdef __clang__
  // Packagers append words of their own to __clang_version__, or only a space.
  return text("clang++ ", __clang_major__, ".", __clang_minor__, ".", __clang_patchlevel__);
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

}  // namespace mininas
