// Checks of JPEG files that the decoder itself does not make. It does not notice a file that ends too early. Releases
// of stb_image before 2.28 also write beyond their tables for Huffman tables with more than 256 symbols, and read
// beyond an image whose channels have sampling factors that do not divide the largest one. Kinds of JPEG that the
// decoder does not know are told by their names, so that nobody looks for damage where there is none.
// Source: ITU-T T.81, annex B.
#pragma once
#include <cstddef>
#include <span>

#include "datasets/image_facts.h"

namespace mininas {

// `bytes`: a complete file that starts like a JPEG (0xFF 0xD8).
ImageFacts examine_jpeg(std::span<const std::byte> bytes);

}  // namespace mininas
