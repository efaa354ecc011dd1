// Networks and images for the tests of nn/: small enough for the reference, and with every way in which layers meet.
#pragma once
#include "nn/train/network.h"
#include "nn/train/train_config.h"

namespace mininas::test {

// A stem, a separable layer that halves the image, a standard 5x5 convolution without ReLU, pool, linear. 7x6x3, 3
// classes.
NetworkSpec plain_network();

// A strided stem; a depthwise convolution with a norm of its own and a pointwise one, added to the stem; a separable
// layer; a convolution with neither norm nor ReLU, and one with ReLU alone, whose sum leaves; pool, linear. 6x7x1, 2
// classes.
NetworkSpec residual_network();

// Every neighbourhood of a depthwise and a pointwise convolution that must not run as one unit: a second reader of what
// lies between, a reader of something else, a norm, a ReLU or a bias between them, no norm behind them. 5x5x3, 2
// classes.
NetworkSpec forked_network();

// Tensors that are read both rectified and as they are: the norm of a convolution, by a separable layer and a sum, and
// the sum, by a convolution and a sum; and a ReLU of the image, which only the first layer reads. 6x5x2, 2 classes.
NetworkSpec rectified_network();

constexpr PixelScale kPixels{.zero = 101, .scale = 0.0125f};

// A few steps an epoch on a few images, with every kind of augmentation.
TrainConfig short_recipe(int epochs);

// Numbers other than 0 and 1 for gamma, beta and the running statistics, so that nothing hides behind them.
void randomize_norms(Network& network, Rng rng);

// `count` images of noise with labels drawn at random.
ImageSet noise_images(const ImageShape& shape, int classes, int64_t count, Rng rng);

inline ImageBatch whole(const ImageSet& images) { return {images.pixels.data(), images.count()}; }

// Synthetic images that the network below them learns in a moment. 12x12x1, 2 classes, 300 for training and 200 for
// tests.
Dataset learnable_images();
NetworkSpec learning_network(const ImageShape& input, int classes);

}  // namespace mininas::test
