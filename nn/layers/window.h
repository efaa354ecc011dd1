// What operations with a sliding window share: output extents, the taps that lie inside the image, and their
// computation on bytes. Kernels are odd, and each side is padded by (kernel - 1) / 2.
#pragma once
#include <memory>

#include "core/conv/convolution.h"
#include "nn/layers/operation.h"

namespace mininas {

// Extent of the output along one axis: floor((extent + 2 * padding - kernel) / stride) + 1.
int convolved_extent(int extent, int kernel, int stride);
ImageShape convolved_shape(const LayerSpec& layer, const ImageShape& in, int out_channels);
// The layer's convolution, standard or depthwise, of a batch of images of shape `in`.
ConvGeometry geometry_of(const LayerSpec& layer, const ImageShape& in, int64_t batch);

// The taps [first, last) of the window at output `position` that lie inside the image, along one axis. Tap t reads the
// input at start + t.
struct Taps {
  int start, first, last;
};
Taps taps_at(int position, const LayerSpec& layer, int extent);

// Computes convolution, depthwise and linear layers with the integer kernels of core/kernels/int8.h. Weights are packed
// once, the input's zero point is folded into the bias, and the image is copied with its border to the workspace.
std::unique_ptr<ByteLayer> make_window_bytes(const PlacedLayer& layer, bool depthwise);

}  // namespace mininas
