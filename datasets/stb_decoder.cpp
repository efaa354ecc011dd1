#include "datasets/stb_decoder.h"

#include <cstdlib>
#include <memory>

#include "core/error.h"

namespace {

constexpr size_t kMaxBlockBytes = size_t{256} << 20;

// Zeroed, so that pixels which a damaged file never sets are at least the same on every machine.
void* allocate_block(size_t bytes) { return bytes <= kMaxBlockBytes ? std::calloc(1, bytes) : nullptr; }
void* resize_block(void* block, size_t bytes) { return bytes <= kMaxBlockBytes ? std::realloc(block, bytes) : nullptr; }

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_SIMD
#define STBI_MAX_DIMENSIONS 4096
#define STBI_FAILURE_USERMSG
#define STBI_MALLOC(bytes) allocate_block(bytes)
#define STBI_REALLOC(block, bytes) resize_block(block, bytes)
#define STBI_FREE(block) std::free(block)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#pragma GCC diagnostic pop

namespace mininas {
namespace {

static_assert(kMaxImageSide == STBI_MAX_DIMENSIONS);

struct FreeBlock {
  void operator()(stbi_uc* block) const { stbi_image_free(block); }
};

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
  throw FormatError(text(name, ": does not decode as PNG or JPEG: ", reason));
}

unsigned byte_at(std::span<const std::byte> bytes, size_t i) { return i < bytes.size() ? std::to_integer<unsigned>(bytes[i]) : 0; }

bool is_jpeg(std::span<const std::byte> bytes) { return byte_at(bytes, 0) == 0xFF && byte_at(bytes, 1) == 0xD8; }

// What may follow an 0xFF inside a scan: a stuffed zero, a restart marker, another 0xFF.
bool continues_scan(unsigned next) { return next == 0 || next == 0xFF || (next >= 0xD0 && next <= 0xD7); }

// True where the end marker (0xFFD9) follows the segments and scans. Segments are stepped over, because a preview inside one has an end
// marker of its own.
bool jpeg_reaches_end(std::span<const std::byte> bytes) {
  size_t position = 2;
  while (position < bytes.size()) {
    const unsigned marker = byte_at(bytes, position + 1);
    if (byte_at(bytes, position) != 0xFF || continues_scan(marker)) {
      ++position;
    } else if (marker == 0xD9) {
      return true;
    } else {
      position += 2 + (byte_at(bytes, position + 2) << 8 | byte_at(bytes, position + 3));  // a segment's length counts itself
    }
  }
  return false;
}

}  // namespace

ColourImage decode_image(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() > kMaxImageFileBytes)
    throw FormatError(text(name, ": holds ", bytes.size(), " bytes, expected at most ", kMaxImageFileBytes));
  if (is_jpeg(bytes) && !jpeg_reaches_end(bytes)) refuse(name, "the file ends before the image does");

  // The decoder looks at the header first and refuses sides beyond STBI_MAX_DIMENSIONS before it asks for memory.
  ColourImage image;
  int channels_in_file = 0;
  const std::unique_ptr<stbi_uc, FreeBlock> pixels(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                                                                         static_cast<int>(bytes.size()), &image.width, &image.height,
                                                                         &channels_in_file, 3));
  if (pixels == nullptr) refuse(name, stbi_failure_reason());
  image.pixels.assign(pixels.get(), pixels.get() + size_t{3} * static_cast<size_t>(image.width) * static_cast<size_t>(image.height));
  return image;
}

}  // namespace mininas
