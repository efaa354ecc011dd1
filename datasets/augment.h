// Augmentation of training images, from bytes to bytes: random crop with padding, horizontal flip, and cutout (DeVries
// and Taylor 2017). Padding and cutout write the byte that stands for the real value 0 (PixelScale::zero). The random
// numbers of a sample depend only on its stream, never on its position in a batch or on threads. Five numbers are
// always drawn, in this order, so that switching one step off does not change the others:
//   1. row and 2. column of the crop in the padded image, each in [0, 2 * crop_padding]
//   3. whether to flip
//   4. row and 5. column of the cutout's centre, uniform over the image; the square begins cutout / 2 pixels before it
//      and is clipped at the border, as in the paper.
#pragma once
#include "core/rng.h"
#include "datasets/dataset.h"

namespace mininas {

struct Augmentation {
  int crop_padding = 4;  // pixels of padding around the image before it is cropped to its own size; 0: off
  bool horizontal_flip = true;
  int cutout = 16;  // side of the square in pixels; 0: off
};

// Writes one augmented copy of `source` (shape.size() bytes) to `out`, which may not overlap it. `rng`: the stream of
// this sample in this epoch. Requires: crop_padding >= 0, cutout >= 0.
void augment_image(const uint8_t* source, const ImageShape& shape, const Augmentation& options, uint8_t zero, Rng rng,
                   uint8_t* out);

}  // namespace mininas
