// OTMANN, a distance between two networks: the lowest cost of moving the computational work of one network's layers to
// the layers of the other (Kandasamy et al. 2018, section 3; where the paper and the authors' code differ, as in the
// code). A match costs more if the layers do different things (label) or lie at different depths (structure). Work that
// is matched with nothing costs 1 per unit of mass.
#pragma once
#include <array>
#include <vector>

#include "search/methods/nasbot/layered_network.h"

namespace mininas::nasbot {

// The work of each layer: input channels times output channels for a convolution, a tenth of that for a linear layer,
// input channels for pooling. The input, the output and all softmax layers together get max(a tenth of the sum, 100)
// each.
std::vector<double> layer_masses(const LayeredNetwork& network);

// Path lengths of a layer: {all, convolutions, pools, linear} x {shortest, longest, mean of a random walk}. Each counts
// the layers of its group on the path, including the layer itself; "all" counts edges.
using PathLengths = std::array<double, 12>;
std::vector<PathLengths> lengths_from_input(const LayeredNetwork& network);
std::vector<PathLengths> lengths_to_output(const LayeredNetwork& network);

// 0 for equal types, infinity for types that are never matched.
double label_mismatch(const Layer& a, const Layer& b);

// Everything that the distance needs of one network, computed once.
struct NetworkProfile {
  explicit NetworkProfile(const LayeredNetwork& network);
  std::vector<Layer> layers;
  std::vector<double> masses;
  double total_mass = 0;
  std::vector<PathLengths> from_input, to_output;
};

// Mean absolute difference of the twelve path lengths, averaged over both directions.
double structural_mismatch(const NetworkProfile& a, size_t layer_a, const NetworkProfile& b, size_t layer_b);

// The four weights of the structure term (that of the label term is 1); the authors use all four distances.
inline constexpr std::array<double, 4> kStructureWeights = {0.1, 0.25, 0.61, 1.5};

struct Distances {
  std::array<double, kStructureWeights.size()> plain;       // cost of the optimal transport
  std::array<double, kStructureWeights.size()> normalised;  // divided by the sum of both total masses
};
Distances otmann_distances(const NetworkProfile& a, const NetworkProfile& b);

}  // namespace mininas::nasbot
