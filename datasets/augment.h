// Augmentation of training images, byte to byte: random crop with padding, horizontal flip, cutout (DeVries and Taylor
// 2017). Padding and cutout write the byte that stands for the real value 0 (PixelScale::zero). The draws of a sample
// depend only on (stream, sample), never on its place in a batch or on threads. They are five, always made and always
// in this order, so that a step that is switched off leaves the others as they were:
//   1. row and 2. column of the crop in the padded image, each in [0, 2 * crop_padding]
//   3. the coin of the flip
//   4. row and 5. column of the cutout's centre, uniform over the image; the square begins cutout / 2 pixels before it
//      and is clipped at the border, as in the original.
#pragma once
#include "core/rng.h"
#include "datasets/dataset.h"

namespace mininas {

struct Augmentation {
  int crop_padding = 4;  // pixels around the image before a crop of its own size; 0: off
  bool horizontal_flip = true;
  int cutout = 16;  // side of the square in pixels; 0: off
};

// Writes one augmented copy of `source` (shape.size() bytes) to `out`, which may not overlap it. `rng`: the stream of
// this sample in this epoch. Requires: crop_padding >= 0, cutout >= 0.
void augment_image(const uint8_t* source, const ImageShape& shape, const Augmentation& how, uint8_t zero, Rng rng,
                   uint8_t* out);

}  // namespace mininas
