// Pictures as text, so that a record can contain one and a page can show it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mininas {

// An uncompressed bitmap (BMP, 24 bits per pixel) in base64. `pixels` has height x width x channels bytes, with 1 or 3
// channels.
std::string encode_bitmap(const uint8_t* pixels, int height, int width, int channels);
// As in RFC 4648.
std::string base64(const std::vector<uint8_t>& bytes);

}  // namespace mininas
