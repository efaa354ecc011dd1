// Checks of JPEG files that the decoder itself does not make. It does not notice a file that ends too early. Releases
// of stb_image before 2.28 also write beyond their tables for Huffman tables with more than 256 symbols, and read
// beyond an image whose channels have sampling factors that do not divide the largest one. This is not a complete
// validation; the decoder rejects other damaged files itself.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace mininas {

// The reason why `bytes`, a complete file that starts like a JPEG (with 0xFF), must not be decoded, or an empty text.
std::string why_bad_jpeg(std::span<const std::byte> bytes);

}  // namespace mininas
