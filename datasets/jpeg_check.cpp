#include "datasets/jpeg_check.h"

#include <algorithm>

namespace mininas {
namespace {

constexpr unsigned kStart = 0xD8, kEnd = 0xD9, kHuffmanTables = 0xC4, kFirstFrame = 0xC0, kLastFrame = 0xC2;

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

}  // namespace

std::string why_bad_jpeg(std::span<const std::byte> file) {
  const JpegBytes bytes(file);
  size_t position = 0;
  while (position < bytes.size()) {
    const unsigned marker = bytes[position + 1];
    if (bytes[position] != 0xFF || is_no_marker(marker)) {
      ++position;
      continue;
    }
    if (marker == kEnd) return "";
    const size_t segment = position + 2;
    // The length of a segment includes the length field. Segments are skipped as a whole, because a preview image
    // inside one has its own end marker.
    const size_t end = segment + (marker == kStart ? 0 : bytes[segment] << 8 | bytes[segment + 1]);
    if (marker == kHuffmanTables && !tables_fit(bytes, segment + 2, end))
      return "a Huffman table has more than 256 symbols";
    if (marker >= kFirstFrame && marker <= kLastFrame && !samplings_divide(bytes, segment + 2))
      return "the samplings of its channels do not divide the largest";
    position = end;
  }
  return "the file ends before the image does";
}

}  // namespace mininas
