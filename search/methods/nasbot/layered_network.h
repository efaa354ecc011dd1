// LayeredNetwork: a network in the form of NASBOT (Kandasamy et al. 2018, "Neural Architecture Search with Bayesian
// Optimisation and Optimal Transport", section 2): a directed graph of layers in topological order, each of one of
// twelve types. Distances compare it and modifiers change it. It cannot be trained itself.
#pragma once
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace mininas::nasbot {

enum class LayerType { kInput, kOutput, kLinear, kMaxPool, kAveragePool, kSoftmax, kConv, kResidual };

struct Layer {
  LayerType type = LayerType::kConv;
  int kernel = 0;  // kConv and kResidual: 3, 5 or 7
  int units = 0;   // kConv, kResidual and kLinear: output channels
  int stride = 1;

  bool operator==(const Layer&) const = default;
  bool is_convolution() const { return type == LayerType::kConv || type == LayerType::kResidual; }
  bool is_pool() const { return type == LayerType::kMaxPool || type == LayerType::kAveragePool; }
};

struct LayeredNetwork {
  std::vector<Layer> layers;               // in topological order; the first is kInput, the last kOutput
  std::vector<std::pair<int, int>> edges;  // from, to: indices of layers, from < to

  int size() const { return static_cast<int>(layers.size()); }
  std::vector<std::vector<int>> parents() const;   // of each layer, in the order of the edges
  std::vector<std::vector<int>> children() const;  // likewise
};

// The number of channels that each layer reads: the sum over its parents, which are concatenated. The image counts as
// one channel, as in the authors' code. 0 for the input layer itself.
std::vector<int> input_channels(const LayeredNetwork& network);

}  // namespace mininas::nasbot
