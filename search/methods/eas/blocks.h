// The networks of EAS (Cai, Chen, Zhang, Yu, Wang: "Efficient Architecture Search by Network Transformation", AAAI
// 2018) and what its two actors decide about them. A network is a chain of convolutions in blocks, with a pool behind
// each block, and linear layers as the last block; the classifier is not part of it. Rules are those of the authors'
// code.
#pragma once
#include <string>
#include <vector>

namespace mininas::eas {

enum class LayerType { kConv, kPool, kLinear };

struct Layer {
  LayerType type = LayerType::kConv;
  int width = 0;   // filters of a convolution, units of a linear layer
  int kernel = 0;  // of a convolution

  bool operator==(const Layer&) const = default;
};
using BlockNetwork = std::vector<Layer>;

// "conv-4-3_pool_conv-8-3_pool_fc-8"; parse_blocks is its inverse and throws ConfigError.
std::string to_text(const BlockNetwork& network);
BlockNetwork parse_blocks(const std::string& text);

// The sizes that layers may have, ascending.
struct WidthLists {
  std::vector<int> filters, units;
};

// What an actor decided, with what of it enters the gradient of its policy: a decision without effect does not.
struct Widening {
  BlockNetwork network;
  std::vector<bool> counts;
};
// `decisions`: for each layer, pools included, whether it takes the next larger width of its list.
Widening widened(const BlockNetwork& network, const std::vector<bool>& decisions, const WidthLists& lists);

struct Insertion {
  int block = 0, position = 0, kernel = 3;  // behind that layer of the block

  bool operator==(const Insertion&) const = default;
};
// Layers of each block; the linear ones are the last.
std::vector<int> block_lengths(const BlockNetwork& network);
// Index of the layer that an insertion stands behind. Requires a position within the block.
int place_of(const BlockNetwork& network, const Insertion& insertion);
// The new layer is of the kind and width of the one before it.
BlockNetwork deepened(const BlockNetwork& network, const Insertion& insertion);
// Whether block, position and kernel count: a linear layer has no kernel.
std::vector<bool> counts_of(const BlockNetwork& network, const Insertion& insertion);

// What networks of an episode are worth: tan(accuracy * pi / 2), less a moving average that takes in the mean of the
// episode itself with weight 0.95. Accuracies are between 0 and 1.
class Reward {
 public:
  std::vector<double> advantages(const std::vector<double>& accuracies);
  double moving_average() const { return average_; }

 private:
  double average_ = 0;
};

}  // namespace mininas::eas
