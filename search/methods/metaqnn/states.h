// The decisions of Meta-QNN (Baker, Gupta, Naik, Raskar: "Designing Neural Network Architectures using Reinforcement
// Learning", ICLR 2017): networks are walks through states, one layer a step, and the agent chooses among the actions
// that its state allows. Rules are those of the authors' code, but for states behind linear layers: there the published
// agent walks with another bucket than it learns with, and never learns; here both have bucket 1.
#pragma once
#include <compare>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace mininas::metaqnn {

enum class LayerType { kStart, kConv, kPool, kGlobalPool, kLinear };

// One layer of a network. Fields that a type does not use are 0.
struct Layer {
  LayerType type = LayerType::kConv;
  int filters = 0, kernel = 0, stride = 0;  // filters: of convolutions; kernel and stride: of pools too
  int units = 0;                            // of linear layers

  auto operator<=>(const Layer&) const = default;
};

// What the agent knows: the last layer, how many layers there are, and roughly how large the map is.
struct State {
  Layer layer{LayerType::kStart};
  int depth = 0;
  int linear_before = 0;  // linear layers in front of this one
  int bucket = 8;         // 8: maps larger than 7; 4: 4 to 7; 1: smaller, and behind linear layers
  bool end = false;       // the classifier follows

  auto operator<=>(const State&) const = default;
};

struct Space {
  std::vector<int> filters = {64, 128, 256, 512};
  std::vector<int> kernels = {1, 3, 5};
  std::vector<std::pair<int, int>> pools = {{5, 3}, {3, 2}, {2, 2}};  // kernel, stride
  std::vector<int> units = {512, 256, 128};
  int most_linear = 2;
  int depth_limit = 18;
};

// An action is named by the state that it leads to, but for the bucket of a convolution or a pool, which is that of the
// state it leaves: how large the map really becomes, only the network knows. The order is the authors'.
std::vector<State> actions(const Space& space, const State& state);
// The action that leads from a state of a walk to the next one.
State action_between(const State& from, const State& to);

int bucket_of(int size);
int pooled_size(int size, int kernel, int stride);  // without padding, rounded up as the agent does
// Extent of the map behind each layer, the image's first; 1 behind a global pool, 0 behind a linear layer.
std::vector<int> map_sizes(const std::vector<Layer>& layers, int image_size);

// The states of a network, from the start to its end.
std::vector<State> walk(const std::vector<Layer>& layers, int image_size);
// Where a walk has come to: the state behind `layers`.
State state_behind(const std::vector<Layer>& layers, int image_size);

// How much is dropped behind each layer in training; 0: nothing. The i-th of n dropouts, which stand behind every
// second layer and behind each linear one, drops i / (2 n).
std::vector<double> dropouts(const std::vector<Layer>& layers);

// Whether pools count an incomplete window at the border. Caffe, which trained the published networks, does.
enum class PoolBorder { kAgent, kCaffe };
// Weights and biases with a linear classifier behind the last map.
int64_t published_parameters(const std::vector<Layer>& layers, const ImageShape& image, int classes, PoolBorder border);

}  // namespace mininas::metaqnn
