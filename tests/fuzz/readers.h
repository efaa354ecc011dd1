// Everything that reads texts or files of others, as functions of bytes: images, data sets, architectures, --data,
// journals, records, networks, checkpoints, published logs. `make fuzz` looks for bytes that break one of them
// (tests/fuzz/fuzz_readers.cpp), and a test damages the seeds a little (tests/fuzz/readers_test.cpp). Models on the
// device are read in C and have a fuzzer of their own (tests/mcu/programs/fuzz_model.c).
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mininas::test {

struct Reader {
  const char* name;
  // Reads `input`, by way of files in `folder` where the reader takes a path. Every input is either read or refused
  // with an Error; anything else, also a text that does not come out as it went in, is a finding. Checksums in the
  // input are put right first, since a search would never get past them.
  void (*read)(std::string_view input, const std::filesystem::path& folder);
  // Inputs that are read without an error: where a search for others begins. `folder` is for temporary files.
  std::vector<std::string> (*seeds)(const std::filesystem::path& folder);
};

std::span<const Reader> readers();

}  // namespace mininas::test
