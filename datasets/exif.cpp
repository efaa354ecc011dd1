#include "datasets/exif.h"

#include <cstdint>

namespace mininas {
namespace {

// Numbers at given places, in the byte order that the first two bytes name; 0 beyond the end.
class TiffNumbers {
 public:
  explicit TiffNumbers(std::span<const std::byte> bytes) : bytes_(bytes), big_(at(0) == 'M') {}

  unsigned short_at(size_t place) const {
    const unsigned first = at(place), second = at(place + 1);
    return big_ ? first << 8 | second : second << 8 | first;
  }
  uint32_t long_at(size_t place) const {
    const uint32_t first = short_at(place), second = short_at(place + 2);
    return big_ ? first << 16 | second : second << 16 | first;
  }
  bool has_byte_order() const { return (at(0) == 'I' || at(0) == 'M') && at(0) == at(1); }
  size_t size() const { return bytes_.size(); }

 private:
  unsigned at(size_t place) const { return place < bytes_.size() ? std::to_integer<unsigned>(bytes_[place]) : 0; }

  std::span<const std::byte> bytes_;
  bool big_;
};

}  // namespace

int exif_orientation(std::span<const std::byte> tiff) {
  constexpr unsigned kTiff = 42, kOrientation = 0x0112, kShort = 3;
  constexpr size_t kEntryBytes = 12;
  const TiffNumbers numbers(tiff);
  if (!numbers.has_byte_order() || numbers.short_at(2) != kTiff) return 1;
  const size_t directory = numbers.long_at(4);
  const size_t entries = directory < numbers.size() ? numbers.short_at(directory) : 0;
  for (size_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + i * kEntryBytes;
    if (entry >= numbers.size()) return 1;
    if (numbers.short_at(entry) != kOrientation || numbers.short_at(entry + 2) != kShort) continue;
    const unsigned orientation = numbers.short_at(entry + 8);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

}  // namespace mininas
