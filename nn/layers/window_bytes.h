// What operations with a sliding window share: the shape of their output, and the computation of convolutions on bytes.
#pragma once
#include <memory>

#include "core/conv/convolution.h"
#include "nn/layers/operation.h"

namespace mininas {

// The shape of the output. Throws ConfigError if the window is larger than the image.
ImageShape convolved_shape(const LayerSpec& layer, const ImageShape& in, int out_channels);
// The layer's convolution, standard or depthwise, of a batch of images of shape `in`.
ConvGeometry geometry_of(const LayerSpec& layer, const ImageShape& in, int64_t batch);

// Computes convolution, depthwise and linear layers with the integer kernels of core/kernels/int8.h. Weights are packed
// once, the input's zero point is folded into the bias, and the image is copied with its border to the workspace.
std::unique_ptr<ByteLayer> make_window_bytes(const PlacedLayer& layer, bool depthwise);

}  // namespace mininas
