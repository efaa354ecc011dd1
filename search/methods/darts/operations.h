// The operations of the searched cell, and an edge that mixes all of them, by their definitions in double, with their
// gradients. ReLU stands before each depthwise convolution and before the two convolutions of a strided skip; norms use
// the statistics of the batch and have neither gamma nor beta. Not for speed: what trains a network of cells is tested
// against this.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "search/methods/darts/cells.h"

namespace mininas::darts {

// A batch of maps, NHWC.
struct Maps {
  int64_t count = 1, height = 1, width = 1, channels = 1;
  std::vector<double> values;

  Maps() = default;
  Maps(int64_t n, int64_t h, int64_t w, int64_t c)
      : count(n), height(h), width(w), channels(c), values(static_cast<size_t>(n * h * w * c), 0.0) {}
  double& at(int64_t n, int64_t y, int64_t x, int64_t c) {
    return values[static_cast<size_t>(((n * height + y) * width + x) * channels + c)];
  }
  double at(int64_t n, int64_t y, int64_t x, int64_t c) const {
    return values[static_cast<size_t>(((n * height + y) * width + x) * channels + c)];
  }
};

// Of a depthwise convolution [kernel][kernel][channels], or of a 1x1 convolution [output][input].
struct CellWeights {
  std::vector<double> values;
  int64_t kernel = 1;
};

// What an operation makes of a batch, and how a gradient goes back through it.
struct Applied {
  Maps output;
  std::function<Maps(const Maps& gradient)> input_gradient;
};

// `weights`: of the convolutions, in order: for each separable step depthwise, then 1x1; for a strided skip the two 1x1
// convolutions, each to half of the channels. The two pools have a norm behind them where `norm_behind_pool`.
Applied apply(CellOperation operation, int stride, const std::vector<CellWeights>& weights, const Maps& x,
              bool norm_behind_pool = true);

// The sum of all searched operations weighted by the softmax of alpha, and the gradient of alpha.
struct Mixed {
  Maps output;
  std::function<EdgeWeights(const Maps& gradient)> alpha_gradient;
};
Mixed mix(const EdgeWeights& alphas, int stride, const std::vector<std::vector<CellWeights>>& weights, const Maps& x);

}  // namespace mininas::darts
