// Files that are part of the program: EMBED makes a file of the source tree a constant of the object file, and EMBEDDED
// is its content. EMBED stands outside of all namespaces. The path is relative
// to the root of the source tree, where the compiler runs. The dependency scanner does not see such files, so the
// Makefile lists them.
#pragma once
#include <cstddef>
#include <string_view>

// Puts the contents of a file between two symbols.
#define EMBED(symbol, path)                                                                          \
  extern "C" const char mininas_##symbol##_begin[], mininas_##symbol##_end[];                        \
  __asm__(".pushsection .rodata\nmininas_" #symbol "_begin:\n.incbin \"" path "\"\nmininas_" #symbol \
          "_end:\n.byte 0\n.popsection\n")
#define EMBEDDED(symbol) \
  std::string_view(mininas_##symbol##_begin, static_cast<size_t>(mininas_##symbol##_end - mininas_##symbol##_begin))
