// Checks of PNG files that the decoder itself does not make: it ignores the checksum of every chunk, and so turns one
// flipped bit into other pixels. Source: ISO/IEC 15948 (PNG), clause 5.
#pragma once
#include <cstddef>
#include <span>

#include "datasets/image_facts.h"

namespace mininas {

// `bytes`: a complete file that begins with PNG's signature. Refused: a file that ends before its chunk IEND, a chunk
// whose CRC-32 is wrong, a header that is not one, and Apple's own variant (CgBI), whose colours are in another order.
// What follows IEND is ignored, as other readers do.
ImageFacts examine_png(std::span<const std::byte> bytes);

}  // namespace mininas
