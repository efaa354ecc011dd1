// Every reader takes its seeds, and survives thousands of damaged ones: the short form of `make fuzz`.
#include "tests/fuzz/readers.h"

#include "core/error.h"
#include "core/rng.h"
#include "tests/support/catch.h"
#include "tests/support/rounds.h"
#include "tests/support/temp_dir.h"

using namespace mininas;
using namespace mininas::test;

namespace {

// Some bytes changed, a stretch left out or written twice, or the end cut off.
std::string damaged(std::string input, Rng& rng) {
  const auto below = [&](size_t limit) { return rng.below(static_cast<uint32_t>(limit)); };
  if (input.empty()) return input;
  const size_t at = below(input.size()), length = std::min<size_t>(1 + below(16), input.size() - at);
  switch (below(4)) {
    case 0:
      return input.substr(0, at);
    case 1:
      return input.erase(at, length);
    case 2:
      return input.insert(at, input.substr(at, length));
    default:
      for (size_t i = 0; i < length; i += 1 + below(4)) input[at + i] = static_cast<char>(below(256));
      return input;
  }
}

}  // namespace

TEST_CASE("every reader takes what the program wrote, and damaged input is read or refused with an error", "[fuzz]") {
  const TempDir folder;
  for (const Reader& reader : readers()) {
    CAPTURE(reader.name);
    int refused = 0;
    for (const std::string& seed : reader.seeds(folder.path())) {
      REQUIRE_NOTHROW(reader.read(seed, folder.path()));
      Rng rng(1);
      for (uint64_t round = 0; round < rounds(150); ++round) {
        const std::string input = damaged(seed, rng);
        try {
          reader.read(input, folder.path());
        } catch (const Error&) {
          ++refused;
        } catch (const std::exception& other) {
          CAPTURE(input);
          FAIL(other.what());
        }
      }
    }
    CHECK((refused > 0 || std::string(reader.name) == "name"));
  }
}
