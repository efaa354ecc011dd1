// What the tests of datasets/ share: generated files, damage to files, and the real data if it is available.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/io/file.h"
#include "core/rng.h"
#include "tests/support/catch.h"

namespace mininas::test {

using Bytes = std::vector<uint8_t>;

// Creates folders as needed. Does not sync, because tests write many files.
void put_file(const std::filesystem::path& path, const Bytes& bytes);

// An uncompressed PNG. `colour_type`: 0 grey, 2 red-green-blue, 4 grey and alpha, 6 red-green-blue and alpha; eight
// bits per sample.
Bytes make_png(int height, int width, int colour_type, const Bytes& samples);
// A grey JPEG of 8x8 pixels that all have the value 128 + dc / 8. Requires dc in [128, 255].
Bytes make_jpeg(int dc);
// Puts the right checksum at the end of each chunk of a PNG that was changed. Stops where its lengths do not fit.
void reseal_png(Bytes& png);
// With an Exif orientation, as phones note it: in a chunk of a PNG, or in a segment of a JPEG.
Bytes with_orientation(const Bytes& image, uint8_t orientation);
Bytes solid_png(int height, int width, uint8_t red, uint8_t green, uint8_t blue);

// The message of the error that `action` throws. The test fails if it throws no error of type E.
template <class E>
std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  }
  FAIL("no error of the expected type");
  return "";
}

// Checks that the error of `action` contains all `parts`.
template <class E>
void check_refused(const std::function<void()>& action, const std::vector<std::string>& parts) {
  const std::string message = message_of<E>(action);
  CHECK(message.find('\n') == std::string::npos);
  for (const std::string& part : parts) CHECK_THAT(message, Catch::Contains(part));
}

// Cut at a random position, or with up to three flipped bits.
Bytes damaged(const Bytes& whole, Rng& rng);

// Runs `load`, which may succeed or throw an Error. Any other exception fails the test.
void check_survives(const std::function<void()>& load);

// The folder `name` of the real data. If MININAS_DATA is not set, it returns nothing and the test counts as skipped.
std::optional<std::filesystem::path> real_data(const std::string& name);

}  // namespace mininas::test
