#include "datasets/stb_decoder.h"

#include <cstdlib>
#include <memory>

#include "core/error.h"
#include "datasets/jpeg_check.h"

namespace {

constexpr size_t kMaxBlockBytes = size_t{256} << 20;

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
#define STBI_MAX_DIMENSIONS 4096
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

[[noreturn]] void refuse(const std::string& name, const std::string& reason) {
  throw FormatError(text(name, ": does not decode as PNG or JPEG: ", reason));
}

bool looks_like_jpeg(std::span<const std::byte> bytes) { return !bytes.empty() && bytes[0] == std::byte{0xFF}; }

}  // namespace

ColourImage decode_image(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.size() > kMaxImageFileBytes)
    throw FormatError(text(name, ": holds ", bytes.size(), " bytes, expected at most ", kMaxImageFileBytes));
  if (looks_like_jpeg(bytes))
    if (const std::string reason = why_bad_jpeg(bytes); !reason.empty()) refuse(name, reason);

  // The decoder reads the header first and refuses sides above STBI_MAX_DIMENSIONS before it allocates memory.
  ColourImage image;
  int channels_in_file = 0;
  const std::unique_ptr<stbi_uc, FreeBlock> pixels(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()),
                                                                         static_cast<int>(bytes.size()), &image.width,
                                                                         &image.height, &channels_in_file, 3));
  if (pixels == nullptr) refuse(name, stbi_failure_reason());
  image.pixels.assign(pixels.get(),
                      pixels.get() + size_t{3} * static_cast<size_t>(image.width) * static_cast<size_t>(image.height));
  return image;
}

}  // namespace mininas
