#include "tests/datasets/pictures.h"

#include <algorithm>
#include <span>
#include <string>

namespace mininas::test {
namespace {

void put_big_endian(Bytes& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(value >> shift));
}

// CRC-32 (ISO 3309), bit by bit.
uint32_t crc32(std::span<const uint8_t> bytes) {
  uint32_t crc = 0xFFFFFFFFu;
  for (const uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

uint32_t adler32(std::span<const uint8_t> bytes) {
  uint32_t a = 1, b = 0;
  for (const uint8_t byte : bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

void put_chunk(Bytes& png, const std::string& type, const Bytes& content) {
  put_big_endian(png, static_cast<uint32_t>(content.size()));
  const size_t begin = png.size();
  png.insert(png.end(), type.begin(), type.end());
  png.insert(png.end(), content.begin(), content.end());
  put_big_endian(png, crc32(std::span(png).subspan(begin)));
}

// A zlib stream of uncompressed blocks.
Bytes store(const Bytes& raw) {
  constexpr size_t kMaxBlock = 65535;
  Bytes out = {0x78, 0x01};
  for (size_t at = 0; at < raw.size(); at += kMaxBlock) {
    const size_t size = std::min(kMaxBlock, raw.size() - at);
    out.push_back(at + size == raw.size() ? 1 : 0);
    for (const size_t word : {size, ~size}) {
      out.push_back(static_cast<uint8_t>(word));
      out.push_back(static_cast<uint8_t>(word >> 8));
    }
    out.insert(out.end(), raw.begin() + static_cast<std::ptrdiff_t>(at),
               raw.begin() + static_cast<std::ptrdiff_t>(at + size));
  }
  put_big_endian(out, adler32(raw));
  return out;
}

}  // namespace

Bytes make_png(int height, int width, int colour_type, const Bytes& samples) {
  const auto row = static_cast<std::ptrdiff_t>(samples.size()) / height;
  Bytes raw;
  for (int y = 0; y < height; ++y) {
    raw.push_back(0);  // no filter
    raw.insert(raw.end(), samples.begin() + y * row, samples.begin() + (y + 1) * row);
  }
  Bytes header;
  put_big_endian(header, static_cast<uint32_t>(width));
  put_big_endian(header, static_cast<uint32_t>(height));
  header.insert(header.end(), {8, static_cast<uint8_t>(colour_type), 0, 0, 0});
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  put_chunk(png, "IHDR", header);
  put_chunk(png, "IDAT", store(raw));
  put_chunk(png, "IEND", {});
  return png;
}

void reseal_png(Bytes& png) {
  for (size_t at = 8; at + 12 <= png.size();) {
    const size_t length = size_t{png[at]} << 24 | size_t{png[at + 1]} << 16 | size_t{png[at + 2]} << 8 | png[at + 3];
    if (length > png.size() - at - 12) return;
    Bytes sum;
    put_big_endian(sum, crc32(std::span(png).subspan(at + 4, length + 4)));
    std::copy(sum.begin(), sum.end(), png.begin() + static_cast<std::ptrdiff_t>(at + 8 + length));
    at += length + 12;
  }
}

Bytes with_orientation(const Bytes& image, uint8_t orientation) {
  // A little-endian TIFF header and a directory of one entry: tag 0x0112, a short, one value.
  const Bytes tiff = {'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 0x01, 3,
                      0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0,    0};
  Bytes part;
  const bool jpeg = image[0] == 0xFF;
  if (jpeg) {
    part = {0xFF, 0xE1, 0, static_cast<uint8_t>(2 + 6 + tiff.size()), 'E', 'x', 'i', 'f', 0, 0};
    part.insert(part.end(), tiff.begin(), tiff.end());
  } else {
    put_chunk(part, "eXIf", tiff);
  }
  Bytes turned = image;
  turned.insert(turned.begin() + (jpeg ? 2 : 8 + 25), part.begin(), part.end());  // behind JPEG's start, PNG's header
  return turned;
}

Bytes solid_png(int height, int width, uint8_t red, uint8_t green, uint8_t blue) {
  Bytes samples;
  for (int i = 0; i < height * width; ++i) samples.insert(samples.end(), {red, green, blue});
  return make_png(height, width, 2, samples);
}

Bytes make_jpeg(int dc) {
  Bytes jpeg = {0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0};                             // start; quantisation table 0, ...
  jpeg.insert(jpeg.end(), 64, 1);                                              // ... all ones
  jpeg.insert(jpeg.end(), {0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});  // baseline frame, 8x8, one component
  for (const uint8_t table : Bytes{0x00, 0x10}) {  // Huffman tables of DC and AC: one code, '0'
    jpeg.insert(jpeg.end(), {0xFF, 0xC4, 0, 20, table, 1});
    jpeg.insert(jpeg.end(), 15, 0);
    jpeg.push_back(table == 0 ? 8 : 0);  // DC: eight bits follow; AC: end of block
  }
  jpeg.insert(jpeg.end(), {0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, 63, 0});  // scan
  // Bits: '0', the eight of dc, '0', then ones.
  const int bits = dc << 7 | 0x3F;
  jpeg.insert(jpeg.end(), {static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits)});
  jpeg.insert(jpeg.end(), {0xFF, 0xD9});
  return jpeg;
}

}  // namespace mininas::test
