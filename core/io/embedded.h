// Files that are part of the program: EMBED makes a file of the source tree a constant of the object file, and EMBEDDED
// is its content. EMBED stands outside of all namespaces. The path is relative
// to the root of the source tree, where the compiler runs. The dependency scanner does not see such files, so the
// Makefile lists them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

// Puts the contents of a file at one symbol, and their number of bytes at another. The symbols are global: optimisation
// at link time may put this text and what refers to it into different objects.
#define EMBED(symbol, path)                                                                                          \
  extern "C" const char mininas_##symbol[];                                                                          \
  extern "C" const uint64_t mininas_##symbol##_bytes;                                                                \
  __asm__(".pushsection .rodata\n.globl mininas_" #symbol ", mininas_" #symbol "_bytes\nmininas_" #symbol            \
          ":\n.incbin \"" path "\"\n1:\n.byte 0\n.balign 8\nmininas_" #symbol "_bytes:\n.quad 1b - mininas_" #symbol \
          "\n.popsection\n")
#define EMBEDDED(symbol) std::string_view(mininas_##symbol, static_cast<size_t>(mininas_##symbol##_bytes))
