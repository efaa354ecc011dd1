// The network that a genotype of CGP-CNN stands for: its active nodes in order, with shapes by the authors' rules.
//   block         convolution, batch norm, ReLU; same size
//   residual      convolution, norm, ReLU, convolution, norm, plus what it reads (the narrower of the two padded with
//                 channels of zeros), ReLU
//   pools         2x2 with stride 2; a map of one pixel passes through
//   concat, sum   the larger map is first halved by max pooling floor(log2(ratio)) times; in a sum the narrower one
//   gets
//                 channels of zeros
#pragma once
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "search/methods/cgp/genotype.h"

namespace mininas::cgp {

struct ActiveNode {
  Function function;
  std::vector<int> inputs;  // indices in the phenotype's nodes; kImageInput: the image

  bool operator==(const ActiveNode&) const = default;
};
constexpr int kImageInput = -1;

// Without the output node: the network ends with what that reads.
struct Phenotype {
  std::vector<ActiveNode> nodes;
  int output = kImageInput;  // index of the node that the classifier reads

  bool operator==(const Phenotype&) const = default;
};

// Equal phenotypes are equal networks: inputs that a function does not use are left out.
Phenotype decode(const Grid& grid, const Genotype& genotype);

// Of each node's output.
std::vector<ImageShape> shapes(const Phenotype& network, const ImageShape& image);
// How often the larger of two maps is halved to fit the smaller one.
int halvings_to_fit(int larger, int smaller);

// As the authors count: weights, biases (where convolutions have them), two a channel of each norm, and a linear layer
// on the flattened map.
int64_t published_parameters(const Phenotype& network, const ImageShape& image, int classes, bool conv_bias);

}  // namespace mininas::cgp
