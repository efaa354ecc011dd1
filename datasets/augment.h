// Augmentation of training images, from bytes to bytes: random crop with padding, horizontal flip, cutout (DeVries and
// Taylor 2017), and a change of tones (contrast, brightness, the negative). Padding and cutout write the byte that
// stands for the real value 0 (PixelScale::zero). The random numbers of a sample depend only on its stream, never on
// its position in a batch or on threads. Five numbers are always drawn, in this order, so that switching one step off
// does not change the others:
//   1. row and 2. column of the crop in the padded image, each in [0, 2 * crop_padding]
//   3. whether to flip
//   4. row and 5. column of the cutout's centre, uniform over the image; the square begins cutout / 2 pixels before it
//      and is clipped at the border, as in the paper.
// A stream of its own gives three more, each a whole number of percent or a coin:
//   6. contrast c in [100 - tone, 100 + tone] and 7. brightness b in [-tone, tone]: a byte v becomes
//      128 + ((v - 128) * c + 128 * b) / 100, rounded to the nearest and clamped to [0, 255], in every channel
//   8. whether to show the negative, 255 less that byte.
#pragma once
#include "core/rng.h"
#include "datasets/dataset.h"

namespace mininas {

struct Augmentation {
  int crop_padding = 4;  // pixels of padding around the image before it is cropped to its own size; 0: off
  bool horizontal_flip = true;
  int cutout = 16;        // side of the square in pixels; 0: off
  int tone = 0;           // in percent, at most 100; 0: off
  bool negative = false;  // every other image becomes its negative
};

// Writes one augmented copy of `source` (shape.size() bytes) to `out`, which may not overlap it. `rng`: the stream of
// this sample in this epoch. Requires: crop_padding >= 0, cutout >= 0, tone in [0, 100].
void augment_image(const uint8_t* source, const ImageShape& shape, const Augmentation& options, uint8_t zero, Rng rng,
                   uint8_t* out);

}  // namespace mininas
