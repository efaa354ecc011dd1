// Folding batch norm into the weights before it, and measuring what the folded network's layers then put out.
#pragma once
#include <vector>

#include "nn/train/network.h"

namespace mininas {

// Weights and bias (zeros where the layer had none) of a layer with its batch norm inside; empty for layers without
// weights.
struct FoldedLayer {
  Tensor weight, bias;
};

// With the running statistics: w * gamma / sqrt(variance + epsilon), beta + (bias - mean) * gamma / sqrt(variance +
// epsilon).
std::vector<FoldedLayer> fold_batch_norm(const Network& network);

// What every layer of the folded network puts out for a few images: count x layer shape.
std::vector<Tensor> folded_outputs(const Network& network, const std::vector<FoldedLayer>& folded,
                                   const ImageBatch& batch);

// Smallest and largest real value of a layer's output, 0 included; each the mean over batches of 64 images, so that a
// single outlier does not cost everybody resolution.
struct Range {
  double low = 0.0, high = 0.0;
};
std::vector<Range> measure_ranges(const Network& network, const std::vector<FoldedLayer>& folded,
                                  const ImageSet& images);

}  // namespace mininas
