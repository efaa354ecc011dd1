// Image files as bytes, made without a library.
#pragma once
#include <cstdint>
#include <vector>

namespace mininas::test {

using Bytes = std::vector<uint8_t>;

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

}  // namespace mininas::test
