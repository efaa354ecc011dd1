#include "datasets/augment.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace mininas {
namespace {

struct Draws {
  int crop_row, crop_column;
  bool flip;
  int cutout_row, cutout_column;
};

Draws draw(const ImageShape& shape, const Augmentation& options, Rng& rng) {
  const auto offsets = static_cast<uint32_t>(2 * options.crop_padding + 1);
  Draws draws{};
  draws.crop_row = static_cast<int>(rng.below(offsets));
  draws.crop_column = static_cast<int>(rng.below(offsets));
  draws.flip = rng.coin();
  draws.cutout_row = static_cast<int>(rng.below(static_cast<uint32_t>(shape.height)));
  draws.cutout_column = static_cast<int>(rng.below(static_cast<uint32_t>(shape.width)));
  return draws;
}

using Tones = std::array<uint8_t, 256>;

Tones draw_tones(const Augmentation& options, Rng rng) {
  const auto steps = static_cast<uint32_t>(2 * options.tone + 1);
  const int contrast = 100 - options.tone + static_cast<int>(rng.below(steps));
  const int brightness = static_cast<int>(rng.below(steps)) - options.tone;
  const bool negative = rng.coin() && options.negative;
  Tones tones{};
  for (int v = 0; v < 256; ++v) {
    const int percent = 100 * 128 + (v - 128) * contrast + 128 * brightness;
    const int byte = std::clamp((percent + 50) / 100, 0, 255);  // what is below 0 is clamped, however it is rounded
    tones[static_cast<size_t>(v)] = static_cast<uint8_t>(negative ? 255 - byte : byte);
  }
  return tones;
}

// Copies `source` shifted by (down, right) pixels. Pixels from outside the image become `zero`.
void copy_shifted(const uint8_t* source, const ImageShape& shape, int down, int right, uint8_t zero, uint8_t* out) {
  const auto row_bytes = static_cast<size_t>(shape.width) * static_cast<size_t>(shape.channels);
  const auto gap = std::min(static_cast<size_t>(std::abs(right)) * static_cast<size_t>(shape.channels), row_bytes);
  for (int y = 0; y < shape.height; ++y, out += row_bytes) {
    const int from = y - down;
    if (from < 0 || from >= shape.height) {
      std::memset(out, zero, row_bytes);
      continue;
    }
    const uint8_t* row = source + static_cast<size_t>(from) * row_bytes;
    if (right >= 0) {
      std::memset(out, zero, gap);
      std::memcpy(out + gap, row, row_bytes - gap);
    } else {
      std::memcpy(out, row + gap, row_bytes - gap);
      std::memset(out + row_bytes - gap, zero, gap);
    }
  }
}

// The number of channels is a constant here, so that a pixel moves as one value.
template <size_t kChannels>
void flip_rows(uint8_t* image, const ImageShape& shape) {
  using Pixel = std::array<uint8_t, kChannels>;
  auto* pixels = reinterpret_cast<Pixel*>(image);
  for (int y = 0; y < shape.height; ++y, pixels += shape.width) std::reverse(pixels, pixels + shape.width);
}

void flip_rows_generic(uint8_t* image, const ImageShape& shape) {
  const int channels = shape.channels;
  for (int y = 0; y < shape.height; ++y)
    for (int left = 0, right = shape.width - 1; left < right; ++left, --right) {
      uint8_t* row = image + int64_t{y} * shape.width * channels;
      std::swap_ranges(row + left * channels, row + (left + 1) * channels, row + right * channels);
    }
}

void flip_horizontally(uint8_t* image, const ImageShape& shape) {
  if (shape.channels == 1) return flip_rows<1>(image, shape);
  if (shape.channels == 3) return flip_rows<3>(image, shape);
  flip_rows_generic(image, shape);
}

void cut_out(uint8_t* image, const ImageShape& shape, int row, int column, int side, uint8_t zero) {
  const int top = std::max(row - side / 2, 0), bottom = std::min(row - side / 2 + side, shape.height);
  const int left = std::max(column - side / 2, 0), right = std::min(column - side / 2 + side, shape.width);
  const auto channels = static_cast<size_t>(shape.channels), row_bytes = static_cast<size_t>(shape.width) * channels;
  const auto cut_bytes = static_cast<size_t>(right - left) * channels;
  for (int y = top; y < bottom; ++y)
    std::memset(image + static_cast<size_t>(y) * row_bytes + left * shape.channels, zero, cut_bytes);
}

}  // namespace

void augment_image(const uint8_t* source, const ImageShape& shape, const Augmentation& options, uint8_t zero, Rng rng,
                   uint8_t* out) {
  MN_CHECK(options.crop_padding >= 0 && options.cutout >= 0, options.crop_padding, ' ', options.cutout);
  MN_CHECK(options.tone >= 0 && options.tone <= 100, options.tone);
  const Draws draws = draw(shape, options, rng);
  std::vector<uint8_t> toned;  // before the crop, so that what the padding and the cutout write keeps its tone
  if (options.tone > 0 || options.negative) {
    const Tones tones = draw_tones(options, rng.fork("tones"));
    toned.assign(source, source + shape.size());
    for (uint8_t& byte : toned) byte = tones[byte];
    source = toned.data();
  }
  copy_shifted(source, shape, options.crop_padding - draws.crop_row, options.crop_padding - draws.crop_column, zero,
               out);
  if (options.horizontal_flip && draws.flip) flip_horizontally(out, shape);
  if (options.cutout > 0) cut_out(out, shape, draws.cutout_row, draws.cutout_column, options.cutout, zero);
}

}  // namespace mininas
