// Decodes PNG and JPEG files with stb_image; its other decoders are not compiled. Only stb_decoder.cpp includes
// stb_image. Limits: kMaxImageFileBytes per file and kMaxImageSide pixels per side; while a file is decoded it takes
// about decoding_bytes. Allocations of the decoder above 1 GiB (a file that unpacks without end) are refused.
// Images always get three channels: grey is repeated, transparency is dropped, and 16 bits become 8. They stand
// upright, as the camera noted it (EXIF). The bytes are the same on every machine: no SIMD, zeroed memory, and integers
// that wrap around (a flag in the Makefile).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mininas {

constexpr size_t kMaxImageFileBytes = size_t{128} << 20;
constexpr int kMaxImageSide = 16384;  // the largest phone photos (200 megapixels) have 16320

// height x width pixels of red, green and blue bytes.
struct ColourImage {
  int height = 0, width = 0;
  std::vector<uint8_t> pixels;
};

// `bytes`: a complete file; `name`: its name in error texts. Throws FormatError that tells what the file is where it is
// no PNG or JPEG, is cut off or damaged (datasets/image_facts.h), and the decoder's reason otherwise.
ColourImage decode_image(std::span<const std::byte> bytes, const std::string& name);

// Memory that decode_image takes at most: the decoder's planes and the pixels.
constexpr int64_t decoding_bytes(int64_t height, int64_t width) { return 9 * height * width; }

// As the camera was held: `orientation` is that of datasets/image_facts.h.
ColourImage turn_upright(ColourImage image, int orientation);

}  // namespace mininas
