// Networks made from chance: legal architectures of the paper's family and legal integers for them, without any
// training. For tests of everything behind training: planner, sizes, integer forward, export.
#pragma once
#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "nn/quant/quantized_model.h"

namespace mininas::test {

// One operation of the family: depthwise-separable or standard convolution, with its kernel.
struct FamilyLayer {
  bool separable = true;
  int kernel = 3;
};

// The family of the paper: a 3x3 stem with 2 x width channels, `layers` that halve the image and double the channels at
// one third and two thirds of the depth, global average pool, linear. The last convolution has no ReLU.
NetworkSpec family_network(int width, const std::vector<FamilyLayer>& layers, const ImageShape& input, int classes);

struct RandomNetworkLimits {
  int max_extent = 24, max_width = 10, max_depth = 6, max_classes = 6;
  bool relu_layers = true;
};

// A member of the family with odd extents, grey or colour images, single pixels now and then, some additions of
// equal shapes, and some tensors that are read both rectified and as they are.
NetworkSpec random_network(Rng rng, const RandomNetworkLimits& limits = {});

// Legal integers of every kind: common ones, and extreme zero points, weights, biases, multipliers and shifts. Passes
// validate().
QuantizedModel random_model(const NetworkSpec& spec, Rng rng);

// Integers such as training leaves them: weights spread like a bell with each channel's largest at 127, outputs that
// fill their range, ReLU's zero at -128. Passes validate().
QuantizedModel trained_like_model(const NetworkSpec& spec, Rng rng);

// `count` images: noise, and for the last ones all 0, all 255 and a checkerboard of both.
std::vector<uint8_t> random_images(const ImageShape& shape, int64_t count, Rng rng);

}  // namespace mininas::test
