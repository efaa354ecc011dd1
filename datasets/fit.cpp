#include "datasets/fit.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/resize.h"

namespace mininas {
namespace {

// side * numerator / denominator, rounded to nearest, at least 1.
int scaled(int side, int numerator, int denominator) {
  const int64_t twice = 2 * int64_t{side} * numerator + denominator;
  return static_cast<int>(std::max<int64_t>(1, twice / (2 * int64_t{denominator})));
}

bool is_wider(const ColourImage& image, const ImageSize& size) {
  return int64_t{image.width} * size.height > int64_t{image.height} * size.width;
}

// Where the pixel begins in `pixels`.
std::ptrdiff_t offset(const ColourImage& image, int y, int x) { return 3 * (std::ptrdiff_t{y} * image.width + x); }

void copy_pixels(const ColourImage& from, int y, int x, int count, ColourImage& to, int to_y, int to_x) {
  std::copy_n(from.pixels.begin() + offset(from, y, x), 3 * count, to.pixels.begin() + offset(to, to_y, to_x));
}

// The largest part of `image` with the proportion of `size`, from its middle.
ColourImage crop(const ColourImage& image, const ImageSize& size) {
  const bool wider = is_wider(image, size);
  ColourImage part{wider ? image.height : std::min(image.height, scaled(image.width, size.height, size.width)),
                   wider ? std::min(image.width, scaled(image.height, size.width, size.height)) : image.width,
                   {}};
  part.pixels.resize(size_t{3} * static_cast<size_t>(part.height) * static_cast<size_t>(part.width));
  const int top = (image.height - part.height) / 2, left = (image.width - part.width) / 2;
  for (int y = 0; y < part.height; ++y) copy_pixels(image, top + y, left, part.width, part, y, 0);
  return part;
}

ColourImage pad(const ColourImage& image, const ImageSize& size) {
  constexpr uint8_t kMiddleGrey = 128;
  const bool wider = is_wider(image, size);
  const int height = wider ? std::min(size.height, scaled(size.width, image.height, image.width)) : size.height;
  const int width = wider ? size.width : std::min(size.width, scaled(size.height, image.width, image.height));
  const ColourImage inner = resize_image(image, height, width);
  ColourImage padded{size.height, size.width, {}};
  padded.pixels.assign(size_t{3} * static_cast<size_t>(size.height) * static_cast<size_t>(size.width), kMiddleGrey);
  const int top = (size.height - height) / 2, left = (size.width - width) / 2;
  for (int y = 0; y < height; ++y) copy_pixels(inner, y, 0, width, padded, top + y, left);
  return padded;
}

}  // namespace

const std::vector<std::string>& fit_names() {
  static const std::vector<std::string> names = {"stretch", "crop", "pad"};
  return names;
}

ColourImage fit_image(const ColourImage& image, const ImageSize& size, Fit fit) {
  if (fit == Fit::kPad) return pad(image, size);
  return resize_image(fit == Fit::kCrop ? crop(image, size) : image, size.height, size.width);
}

std::vector<uint8_t> bytes_in_form(const ColourImage& image, const ImageForm& form) {
  MN_CHECK(form.channels == 1 || form.channels == 3, form.channels);
  ColourImage fitted = fit_image(image, form.size, form.fit);
  if (form.channels == 3) return std::move(fitted.pixels);
  std::vector<uint8_t> grey(fitted.pixels.size() / 3);
  for (size_t i = 0; i < grey.size(); ++i) {
    const uint8_t* colour = fitted.pixels.data() + 3 * i;
    grey[i] = static_cast<uint8_t>((77 * colour[0] + 150 * colour[1] + 29 * colour[2] + 128) / 256);
  }
  return grey;
}

}  // namespace mininas
