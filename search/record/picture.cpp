#include "search/record/picture.h"

#include "core/error.h"

namespace mininas {

std::string base64(const std::vector<uint8_t>& bytes) {
  constexpr const char* kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < count ? bytes[i + k] : 0u);
    for (size_t k = 0; k < 4; ++k) out += k <= count ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string encode_bitmap(const uint8_t* pixels, int height, int width, int channels) {
  MN_CHECK(channels == 1 || channels == 3, channels, " channels");
  constexpr uint32_t kHeader = 54;
  const uint32_t row = (static_cast<uint32_t>(width) * 3 + 3) / 4 * 4;  // rows are padded to words
  std::vector<uint8_t> file;
  const auto put = [&](uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file.push_back(static_cast<uint8_t>(value >> 8 * i));
  };
  file = {'B', 'M'};
  put(kHeader + row * static_cast<uint32_t>(height), 4);
  put(0, 4);
  put(kHeader, 4);
  put(40, 4);  // size of the second header
  put(static_cast<uint32_t>(width), 4);
  put(static_cast<uint32_t>(height), 4);
  put(1, 2);   // plane
  put(24, 2);  // bits per pixel
  for (int i = 0; i < 6; ++i) put(0, 4);
  for (int y = height - 1; y >= 0; --y) {  // the bottom row first, blue before green before red
    const uint8_t* in = pixels + int64_t{y} * width * channels;
    const size_t start = file.size();
    for (int x = 0; x < width; ++x, in += channels)
      for (int c = 2; c >= 0; --c) file.push_back(in[channels == 3 ? c : 0]);
    file.resize(start + row);
  }
  return base64(file);
}

}  // namespace mininas
