// PNG and JPEG files to pixels, by stb_image with all its other decoders left out. This is the only place that sees
// stb_image. Limits: kMaxImageFileBytes a file, kMaxImageSide pixels a side, so at most 48 MiB decoded; what the
// decoder asks for beyond 256 MiB at once (a file that unpacks without end) is denied. Colour is three channels always:
// grey is repeated, transparency is dropped, 16 bits become 8. The turning that a camera notes in its JPEG files (EXIF)
// is ignored. The bytes are the same on every machine: no SIMD, no unwritten memory, and integers that wrap around (a
// flag in the Makefile).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mininas {

constexpr size_t kMaxImageFileBytes = size_t{32} << 20;
constexpr int kMaxImageSide = 4096;

// Height x width pixels of red, green and blue bytes.
struct ColourImage {
  int height = 0, width = 0;
  std::vector<uint8_t> pixels;
};

// `bytes`: a whole file; `name`: how errors call it. Throws FormatError with the decoder's reason, or where a JPEG ends
// before its end marker (the decoder alone would fill the rest with grey).
ColourImage decode_image(std::span<const std::byte> bytes, const std::string& name);

}  // namespace mininas
