// Brings photos of any proportion to the one shape that a network reads.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/stb_decoder.h"

namespace mininas {

struct ImageSize {
  int height = 0, width = 0;  // each in [1, kMaxInputSide]
};
constexpr int kMaxInputSide = 4096;

// What becomes of an image whose proportion is not that of the size asked for.
//   kStretch  it is distorted
//   kCrop     what is over at two opposite sides is cut away, evenly
//   kPad      bars of middle grey (128) fill the size, evenly
enum class Fit { kStretch, kCrop, kPad };
const std::vector<std::string>& fit_names();  // "stretch", "crop", "pad"

// To exactly `size`, resized by datasets/resize.h.
ColourImage fit_image(const ColourImage& image, const ImageSize& size, Fit fit);

// Everything about the bytes that a network is given of an image.
struct ImageForm {
  ImageSize size;
  int channels = 3;  // 1 or 3
  Fit fit = Fit::kStretch;
};

// The bytes of an image in a form: height x width x channels. Grey is (77 red + 150 green + 29 blue) / 256, rounded to
// nearest, the weights of ITU-R BT.601; it leaves a grey image as it is.
std::vector<uint8_t> bytes_in_form(const ColourImage& image, const ImageForm& form);

}  // namespace mininas
