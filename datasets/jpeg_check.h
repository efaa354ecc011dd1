// What the JPEG decoder takes for granted and must be looked at before: it does not notice where a file ends too early,
// and the releases of stb_image before 2.28 write beyond their tables for Huffman codes of more than 256 symbols and
// read beyond an image whose channels are sampled in odd ratios. Not for: all that makes a JPEG valid; the decoder
// refuses the rest itself.
#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace mininas {

// Why `bytes`, a whole file that starts like a JPEG (with 0xFF), must not be decoded; empty where it may.
std::string why_bad_jpeg(std::span<const std::byte> bytes);

}  // namespace mininas
