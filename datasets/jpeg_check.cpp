#include "datasets/jpeg_check.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "core/error.h"
#include "datasets/exif.h"

namespace mininas {
namespace {

constexpr unsigned kStart = 0xD8, kEnd = 0xD9, kHuffmanTables = 0xC4, kExtension = 0xC8, kArithmeticTables = 0xCC,
                   kFirstFrame = 0xC0, kProgressive = 0xC2, kLossless = 0xC3, kArithmetic = 0xC9, kLastFrame = 0xCF,
                   kApplication1 = 0xE1;

// The bytes of a file, followed by zeros without end, as the decoder sees it.
class JpegBytes {
 public:
  explicit JpegBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}
  size_t size() const { return bytes_.size(); }
  unsigned operator[](size_t i) const { return i < bytes_.size() ? std::to_integer<unsigned>(bytes_[i]) : 0; }

 private:
  std::span<const std::byte> bytes_;
};

// Bytes that may follow a 0xFF without forming a marker that begins a segment: another 0xFF and, inside a scan, a
// stuffed zero or a restart marker.
bool is_no_marker(unsigned next) { return next == 0xFF || next == 0 || (next >= 0xD0 && next <= 0xD7); }

// Checks all Huffman tables of a segment. A table is one byte of identity, 16 counts (of codes with 1 to 16 bits) and
// the symbols.
bool tables_fit(const JpegBytes& bytes, size_t begin, size_t end) {
  constexpr size_t kMaxSymbols = 256;
  while (begin < end) {
    size_t symbols = 0;
    for (size_t i = 1; i <= 16; ++i) symbols += bytes[begin + i];
    if (symbols > kMaxSymbols) return false;
    begin += 17 + symbols;
  }
  return true;
}

// Checks the sampling factors in a frame header: precision, height, width, number of channels, then for each channel
// its name, its horizontal and vertical sampling factors (4 bits each), and a table number.
bool samplings_divide(const JpegBytes& bytes, size_t begin) {
  const size_t channels = bytes[begin + 5];
  const auto across = [&](size_t channel) { return bytes[begin + 7 + 3 * channel] >> 4; };
  const auto down = [&](size_t channel) { return bytes[begin + 7 + 3 * channel] & 15; };
  unsigned most_across = 1, most_down = 1;
  for (size_t i = 0; i < channels; ++i) {
    most_across = std::max(most_across, across(i));
    most_down = std::max(most_down, down(i));
  }
  for (size_t i = 0; i < channels; ++i)
    if (across(i) == 0 || down(i) == 0 || most_across % across(i) != 0 || most_down % down(i) != 0) return false;
  return true;
}

bool is_frame(unsigned marker) {
  return marker >= kFirstFrame && marker <= kLastFrame && marker != kHuffmanTables && marker != kExtension &&
         marker != kArithmeticTables;
}

// What follows the file's name where the decoder does not know this kind of frame.
std::string why_unknown(unsigned marker, unsigned bits) {
  const char* convert = ", which is not supported; convert it to a usual JPEG or PNG";
  if (marker >= kArithmetic) return text("is an arithmetic-coded JPEG", convert);
  if (marker == kLossless) return text("is a lossless JPEG", convert);
  if (marker > kProgressive) return text("is a hierarchical JPEG", convert);
  return bits == 8 ? "" : text("is a JPEG of ", bits, " bits a sample", convert);
}

// A frame header: its length, the bits of a sample, height, width, the number of channels and the channels.
std::string read_frame(const JpegBytes& bytes, unsigned marker, size_t begin, ImageFacts& facts) {
  facts.height = static_cast<int>(bytes[begin + 1] << 8 | bytes[begin + 2]);
  facts.width = static_cast<int>(bytes[begin + 3] << 8 | bytes[begin + 4]);
  facts.channels = bytes[begin + 5] == 1 ? 1 : 3;
  if (std::string unknown = why_unknown(marker, bytes[begin]); !unknown.empty()) return unknown;
  if (!samplings_divide(bytes, begin)) return "is a JPEG whose channels' samplings do not divide the largest";
  return "";
}

void read_orientation(std::span<const std::byte> segment, ImageFacts& facts) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  if (segment.size() > kExif.size() && std::memcmp(segment.data(), kExif.data(), kExif.size()) == 0)
    facts.orientation = exif_orientation(segment.subspan(kExif.size()));
}

}  // namespace

ImageFacts examine_jpeg(std::span<const std::byte> file) {
  const JpegBytes bytes(file);
  ImageFacts facts;
  size_t position = 0;
  while (position < bytes.size() && facts.refusal.empty()) {
    const unsigned marker = bytes[position + 1];
    if (bytes[position] != 0xFF || is_no_marker(marker)) {
      ++position;
      continue;
    }
    if (marker == kEnd) {
      if (facts.height == 0 || facts.width == 0) facts.refusal = "is a damaged JPEG: it has no pixels";
      return facts;
    }
    const size_t segment = position + 2;
    // The length of a segment includes the length field. Segments are skipped as a whole, because a preview image
    // inside one has its own end marker.
    const size_t end = segment + (marker == kStart ? 0 : bytes[segment] << 8 | bytes[segment + 1]);
    if (marker == kHuffmanTables && !tables_fit(bytes, segment + 2, end))
      facts.refusal = "is a damaged JPEG: a Huffman table has more than 256 symbols";
    if (is_frame(marker)) facts.refusal = read_frame(bytes, marker, segment + 2, facts);
    if (marker == kApplication1 && end <= bytes.size() && end >= segment + 2)
      read_orientation(file.subspan(segment + 2, end - segment - 2), facts);
    position = end;
  }
  if (facts.refusal.empty())
    facts.refusal = "is a JPEG that is cut off: the file ends before the image does; copy it again";
  return facts;
}

}  // namespace mininas
