// Folds batch norm into the weights before it, and measures the activations of the folded network.
#pragma once
#include <vector>

#include "nn/train/network.h"

namespace mininas {

// Weights and bias of a layer with its batch norm folded in; both are empty for layers without weights. The bias is
// zero if the layer had neither bias nor norm.
struct FoldedLayer {
  Tensor weight, bias;
};

// Uses the running statistics: weights w * gamma / sqrt(variance + epsilon), bias beta + (bias - mean) * gamma /
// sqrt(variance + epsilon).
std::vector<FoldedLayer> fold_batch_norm(const Network& network);

// The outputs of every layer of the folded network for a batch, [layer]: count x layer shape.
std::vector<Tensor> folded_outputs(const Network& network, const std::vector<FoldedLayer>& folded,
                                   const ImageBatch& batch);

// Smallest and largest real value of a layer's output, always including 0. Each is the mean over batches of 64 images,
// so that a single outlier does not coarsen the scale for all other images.
struct Range {
  double low = 0.0, high = 0.0;
};
std::vector<Range> measure_ranges(const Network& network, const std::vector<FoldedLayer>& folded,
                                  const ImageSet& images);

}  // namespace mininas
