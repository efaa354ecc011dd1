#include "datasets/stb_decoder.h"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/error.h"
#include "datasets/image_facts.h"

namespace {

constexpr size_t kMaxBlockBytes = size_t{1} << 30;

// Zeroed, so that pixels that a damaged file never sets are the same on every machine.
void* allocate_block(size_t bytes) { return bytes <= kMaxBlockBytes ? std::calloc(1, bytes) : nullptr; }
void* resize_block(void* block, size_t bytes) { return bytes <= kMaxBlockBytes ? std::realloc(block, bytes) : nullptr; }

}  // namespace

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_SIMD
#define STBI_MAX_DIMENSIONS 16384
#define STBI_FAILURE_USERMSG
#define STBI_MALLOC(bytes) allocate_block(bytes)
#define STBI_REALLOC(block, bytes) resize_block(block, bytes)
#define STBI_FREE(block) std::free(block)
#define STBI_ASSERT(condition) static_cast<void>(0)  // one assertion fails for damaged files; an abort would be worse
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

}  // namespace

ColourImage turn_upright(ColourImage image, int orientation) {
  if (orientation == 1) return image;
  // Exif's eight ways are three steps: exchange rows and columns, then mirror across, then mirror down.
  const bool exchange = orientation >= 5;
  const bool across = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool down = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  ColourImage upright{exchange ? image.width : image.height, exchange ? image.height : image.width, {}};
  upright.pixels.resize(image.pixels.size());
  uint8_t* out = upright.pixels.data();
  for (int row = 0; row < upright.height; ++row)
    for (int column = 0; column < upright.width; ++column, out += 3) {
      const int y = down ? upright.height - 1 - row : row, x = across ? upright.width - 1 - column : column;
      const size_t source = exchange
                                ? static_cast<size_t>(x) * static_cast<size_t>(image.width) + static_cast<size_t>(y)
                                : static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x);
      std::copy_n(image.pixels.data() + 3 * source, 3, out);
    }
  return upright;
}

ColourImage decode_image(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() > kMaxImageFileBytes)
    throw FormatError(text(name, ": holds ", bytes.size(), " bytes, expected at most ", kMaxImageFileBytes));
  const ImageFacts facts = read_image_facts(bytes);
  if (!facts.refusal.empty()) throw FormatError(text(name, ": ", facts.refusal));

  ColourImage image;
  int channels_in_file = 0;
  const std::unique_ptr<stbi_uc, FreeBlock> pixels(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                                                                         static_cast<int>(bytes.size()), &image.width,
                                                                         &image.height, &channels_in_file, 3));
  if (pixels == nullptr) throw FormatError(text(name, ": does not decode as PNG or JPEG: ", stbi_failure_reason()));
  image.pixels.assign(pixels.get(),
                      pixels.get() + size_t{3} * static_cast<size_t>(image.width) * static_cast<size_t>(image.height));
  return turn_upright(std::move(image), facts.orientation);
}

}  // namespace mininas
