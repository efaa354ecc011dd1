// What operations that slide a window over an image share: extents, the taps inside the image, and the form in which
// they are computed on bytes. Windows have an odd kernel and (kernel - 1) / 2 padded taps on each side.
#pragma once
#include <memory>

#include "core/conv/convolution.h"
#include "nn/layers/operation.h"

namespace mininas {

// Extent of the output: floor((extent + 2 * padding - kernel) / stride) + 1 with padding (kernel - 1) / 2.
int convolved_extent(int extent, int kernel, int stride);
ImageShape convolved_shape(const LayerSpec& layer, const ImageShape& in, int out_channels);
// The layer's convolution, standard or depthwise, of a batch of images of shape `in`.
ConvGeometry geometry_of(const LayerSpec& layer, const ImageShape& in, int64_t batch);

// What lies inside the image of the window at `position`, along one axis: taps [first, last), tap t at start + t.
struct Taps {
  int start, first, last;
};
Taps taps_at(int position, const LayerSpec& layer, int extent);

// Convolutions, depthwise and linear layers by the integer kernels of core/kernels/int8.h: weights packed, the input's
// zero point folded into the bias, the image with its border in the workspace.
std::unique_ptr<ByteLayer> make_window_bytes(const PlacedLayer& layer, bool depthwise);

}  // namespace mininas
