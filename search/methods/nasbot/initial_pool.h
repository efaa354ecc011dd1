// The networks that NASBOT begins with, and how a layered network becomes one that can be trained.
#pragma once
#include <vector>

#include "core/tensor.h"
#include "search/methods/nasbot/legality.h"
#include "search/space/graph.h"

namespace mininas::nasbot {

// The authors' twelve: four chains after VGG, six of blocks that begin with a stride, one of residual blocks, one with
// branches. `full` networks halve the image five times; the others are the first of each kind, shorter, with two
// halvings. Units are divided by `divisor`.
std::vector<LayeredNetwork> initial_pool(bool full, int divisor);

// Several inputs of a layer are concatenated; convolutions and linear layers have a ReLU behind them; a residual layer
// is two convolutions beside a shortcut, which is a 1x1 convolution where shapes differ. Linear layers stand in front
// of the global average pool instead of behind a flattened map, and several softmax layers are one classifier that
// reads all of what they read, which averages their logits instead of their probabilities.
Graph to_graph(const LayeredNetwork& network, const ImageShape& image);

}  // namespace mininas::nasbot
