// Decodes PNG and JPEG files with stb_image; its other decoders are not compiled. Only stb_decoder.cpp includes
// stb_image. Limits: kMaxImageFileBytes per file and kMaxImageSide pixels per side, so at most 48 MiB of decoded
// pixels. Allocations of the decoder above 256 MiB (a file that unpacks without end) are refused.
// Images always get three channels: grey is repeated, transparency is dropped, and 16 bits become 8. The rotation that
// cameras note in JPEG files (EXIF) is ignored. The bytes are the same on every machine: no SIMD, zeroed memory, and
// integers that wrap around (a flag in the Makefile).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mininas {

constexpr size_t kMaxImageFileBytes = size_t{32} << 20;
constexpr int kMaxImageSide = 4096;

// height x width pixels of red, green and blue bytes.
struct ColourImage {
  int height = 0, width = 0;
  std::vector<uint8_t> pixels;
};

// `bytes`: a complete file; `name`: its name in error texts. Throws FormatError with the decoder's reason, or where a
// JPEG ends before its end marker (the decoder would fill the rest of the image with grey).
ColourImage decode_image(std::span<const std::byte> bytes, const std::string& name);

}  // namespace mininas
