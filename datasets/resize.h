// Resizes images with integer arithmetic, so that the bytes are the same on every machine. The axes are independent.
// Where an axis shrinks, an output pixel is the mean of the area that it covers. Where it grows, an output pixel is
// interpolated linearly between the two nearest source pixels; border pixels are repeated. The weighted sum over both
// axes is exact and rounded once, to nearest, halves up. The aspect ratio is not preserved.
#pragma once
#include "datasets/stb_decoder.h"

namespace mininas {

// Requires: all sides in [1, kMaxImageSide].
ColourImage resize_image(const ColourImage& image, int height, int width);

}  // namespace mininas
