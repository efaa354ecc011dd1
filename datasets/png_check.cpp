#include "datasets/png_check.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "core/error.h"
#include "datasets/exif.h"

namespace mininas {
namespace {

// CRC-32 of ISO 3309, byte by byte.
std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320u : 0);
    table[byte] = crc;
  }
  return table;
}

uint32_t crc32(std::span<const std::byte> bytes) {
  static const std::array<uint32_t, 256> table = make_crc_table();
  uint32_t crc = ~0u;
  for (const std::byte byte : bytes) crc = crc >> 8 ^ table[(crc ^ std::to_integer<uint32_t>(byte)) & 0xFF];
  return ~crc;
}

uint32_t big_endian(std::span<const std::byte> bytes) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<uint32_t>(bytes[i]);
  return value;
}

struct Chunk {
  std::string_view type;  // four letters
  std::span<const std::byte> content;
};

// Walks the chunks of a file.
class Chunks {
 public:
  explicit Chunks(std::span<const std::byte> file) : rest_(file.subspan(8)) {}

  // False, with the reason, where the file ends or a checksum is wrong.
  bool next(Chunk& chunk, std::string& refusal) {
    constexpr size_t kFrame = 12;  // length, type and checksum
    const size_t length = rest_.size() >= kFrame ? big_endian(rest_) : 0;
    if (rest_.size() < kFrame || rest_.size() - kFrame < length) {
      refusal = "is a PNG that is cut off: the file ends before the image does; copy it again";
      return false;
    }
    chunk = {{reinterpret_cast<const char*>(rest_.data()) + 4, 4}, rest_.subspan(8, length)};
    if (crc32(rest_.subspan(4, length + 4)) != big_endian(rest_.subspan(length + 8))) {
      refusal = text("is a damaged PNG: the checksum of its chunk ", printable(chunk.type), " is wrong; copy it again");
      return false;
    }
    rest_ = rest_.subspan(length + kFrame);
    return true;
  }

 private:
  static std::string printable(std::string_view type) {
    std::string letters(type);
    for (char& letter : letters)
      if (letter <= ' ' || letter > '~') letter = '?';
    return letters;
  }

  std::span<const std::byte> rest_;
};

std::string read_header(const Chunk& chunk, ImageFacts& facts) {
  if (chunk.type == "CgBI") return "is a PNG in Apple's own variant (CgBI); convert it to plain PNG or JPEG";
  if (chunk.type != "IHDR" || chunk.content.size() != 13) return "is a damaged PNG: its header is missing";
  const uint32_t width = big_endian(chunk.content), height = big_endian(chunk.content.subspan(4));
  constexpr uint32_t kMost = 0x7FFFFFFF;
  if (width < 1 || height < 1 || width > kMost || height > kMost) return "is a damaged PNG: it has no pixels";
  facts.width = static_cast<int>(width);
  facts.height = static_cast<int>(height);
  const auto colour_type = std::to_integer<unsigned>(chunk.content[9]);
  facts.channels = colour_type == 0 || colour_type == 4 ? 1 : 3;
  return "";
}

}  // namespace

ImageFacts examine_png(std::span<const std::byte> bytes) {
  ImageFacts facts;
  Chunks chunks(bytes);
  Chunk chunk;
  if (!chunks.next(chunk, facts.refusal)) return facts;
  facts.refusal = read_header(chunk, facts);
  while (facts.refusal.empty() && chunk.type != "IEND" && chunks.next(chunk, facts.refusal))
    if (chunk.type == "eXIf") facts.orientation = exif_orientation(chunk.content);
  return facts;
}

}  // namespace mininas
