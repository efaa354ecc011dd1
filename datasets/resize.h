// Resizing of images in whole numbers, so that the bytes are the same on every machine. Each axis for itself: where it
// shrinks, an output pixel is the mean of the area it covers; where it grows, the linear blend of the two nearest
// source pixels by the distance of their centres, repeating the border. The blend is exact and rounded once, to
// nearest, halves up. The proportions of the image are not kept.
#pragma once
#include "datasets/stb_decoder.h"

namespace mininas {

// Requires: all sides in [1, kMaxImageSide].
ColourImage resize_image(const ColourImage& image, int height, int width);

}  // namespace mininas
