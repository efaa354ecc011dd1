#include "datasets/resize.h"

#include <algorithm>

#include "core/error.h"

namespace mininas {
namespace {

// The weights of consecutive source pixels for one output pixel along an axis. They add up to Axis::total.
struct Blend {
  int first = 0;
  std::vector<uint32_t> weights;
};

struct Axis {
  uint32_t total = 1;
  std::vector<Blend> blends;  // one per output pixel
};

// In units of 1 / `to` source pixels, output pixel i covers [i * from, (i + 1) * from) and source pixel s covers
// [s * to, (s + 1) * to).
Axis average_areas(int from, int to) {
  Axis axis{static_cast<uint32_t>(from), {}};
  for (int i = 0; i < to; ++i) {
    const int begin = i * from, end = begin + from;
    Blend blend{begin / to, {}};
    for (int source = blend.first; source * to < end; ++source)
      blend.weights.push_back(static_cast<uint32_t>(std::min((source + 1) * to, end) - std::max(source * to, begin)));
    axis.blends.push_back(std::move(blend));
  }
  return axis;
}

// In units of 1 / (2 * to) source pixels, the centre of output pixel i lies (2 * i + 1) * from - to after the centre of
// source pixel 0.
Axis blend_neighbours(int from, int to) {
  const int unit = 2 * to;
  Axis axis{static_cast<uint32_t>(unit), {}};
  for (int i = 0; i < to; ++i) {
    const int centre = std::clamp((2 * i + 1) * from - to, 0, (from - 1) * unit);
    const int first = centre / unit, beyond = centre % unit;
    Blend blend{first, {static_cast<uint32_t>(unit - beyond)}};
    if (beyond > 0) blend.weights.push_back(static_cast<uint32_t>(beyond));
    axis.blends.push_back(std::move(blend));
  }
  return axis;
}

Axis make_axis(int from, int to) { return to <= from ? average_areas(from, to) : blend_neighbours(from, to); }

// Resizes each row: height x new width x 3 weighted sums, not yet divided by the axis's total.
std::vector<uint32_t> blend_columns(const ColourImage& image, const Axis& axis) {
  const auto width = static_cast<size_t>(image.width);
  std::vector<uint32_t> sums(static_cast<size_t>(image.height) * axis.blends.size() * 3);
  uint32_t* out = sums.data();
  for (size_t y = 0; y < static_cast<size_t>(image.height); ++y)
    for (const Blend& blend : axis.blends) {
      const uint8_t* source = image.pixels.data() + (y * width + static_cast<size_t>(blend.first)) * 3;
      for (const uint32_t weight : blend.weights)
        for (size_t channel = 0; channel < 3; ++channel) out[channel] += weight * *source++;
      out += 3;
    }
  return sums;
}

}  // namespace

ColourImage resize_image(const ColourImage& image, int height, int width) {
  for (const int side : {image.height, image.width, height, width}) MN_CHECK(side >= 1 && side <= kMaxImageSide, side);
  if (image.height == height && image.width == width) return image;
  const Axis columns = make_axis(image.width, width), rows = make_axis(image.height, height);
  const std::vector<uint32_t> sums = blend_columns(image, columns);
  const size_t row_values = static_cast<size_t>(width) * 3;
  const uint64_t total = uint64_t{columns.total} * rows.total;

  ColourImage resized{height, width, {}};
  resized.pixels.reserve(static_cast<size_t>(height) * row_values);
  for (const Blend& blend : rows.blends) {
    std::vector<uint64_t> row(row_values, total / 2);  // half of the divisor: the division below rounds to nearest
    const uint32_t* source = sums.data() + static_cast<size_t>(blend.first) * row_values;
    for (const uint32_t weight : blend.weights)
      for (uint64_t& value : row) {
        value += uint64_t{weight} * *source;
        ++source;
      }
    for (const uint64_t value : row) resized.pixels.push_back(static_cast<uint8_t>(value / total));
  }
  return resized;
}

}  // namespace mininas
