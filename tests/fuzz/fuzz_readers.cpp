// `make fuzz`: libFuzzer looks for an input that breaks a reader (tests/fuzz/readers.h). FUZZ_READER names the reader.
// `fuzz_readers -seeds=FOLDER` writes its seeds there and ends.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/error.h"
#include "tests/fuzz/readers.h"
#include "tests/support/temp_dir.h"

namespace {

using namespace mininas;
using namespace mininas::test;

const Reader& chosen() {
  const char* name = std::getenv("FUZZ_READER");
  for (const Reader& reader : readers())
    if (name != nullptr && std::strcmp(name, reader.name) == 0) return reader;
  std::fprintf(stderr, "fuzz_readers: FUZZ_READER is one of:");
  for (const Reader& reader : readers()) std::fprintf(stderr, " %s", reader.name);
  std::fprintf(stderr, "\n");
  std::exit(2);
}

void write_seeds(const std::filesystem::path& folder) {
  const TempDir files;
  int index = 0;
  for (const std::string& seed : chosen().seeds(files.path())) {
    std::ofstream file(folder / text("seed-", index++), std::ios::binary);
    file.write(seed.data(), static_cast<std::streamsize>(seed.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr const char* kSeeds = "-seeds=";
  for (int i = 1; i < *count; ++i) {
    const char* argument = (*arguments)[i];
    if (std::strncmp(argument, kSeeds, std::strlen(kSeeds)) != 0) continue;
    write_seeds(argument + std::strlen(kSeeds));
    std::exit(0);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  static const Reader& reader = chosen();
  static const TempDir folder;
  try {
    reader.read({reinterpret_cast<const char*>(bytes), count}, folder.path());
  } catch (const Error&) {
    // Refused, as it should be.
  }
  return 0;
}
