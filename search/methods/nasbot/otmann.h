// OTMANN: how far apart two networks are, by the cheapest way to move the work that the layers of one do to the layers
// of the other (Kandasamy et al. 2018, section 3; where paper and the authors' code differ, as in the code). Layers that
// do different things cost more to match (label), layers in different places too (structure); what is matched with
// nothing costs 1 a unit of mass.
#pragma once
#include <array>
#include <vector>

#include "search/methods/nasbot/layered_network.h"

namespace mininas::nasbot {

// The work of each layer: input channels times units of convolutions, a tenth of that for linear layers, input channels
// of pools. Input, output and all softmax layers together get max(a tenth of the sum, 100) each.
std::vector<double> layer_masses(const LayeredNetwork& network);

// Path lengths of a layer: {all, convolutions, pools, linear} x {shortest, longest, mean of a random walk}. Each counts
// the layers of its group on the way, the layer itself included; "all" counts edges.
using PathLengths = std::array<double, 12>;
std::vector<PathLengths> lengths_from_input(const LayeredNetwork& network);
std::vector<PathLengths> lengths_to_output(const LayeredNetwork& network);

// 0 for equal types, infinity for types that are never matched.
double label_mismatch(const Layer& a, const Layer& b);

// What of a network the distance needs, computed once.
struct NetworkProfile {
  explicit NetworkProfile(const LayeredNetwork& network);
  std::vector<Layer> layers;
  std::vector<double> masses;
  double total_mass = 0;
  std::vector<PathLengths> from_input, to_output;
};

// Mean absolute difference of the twelve path lengths, averaged over both directions.
double structural_mismatch(const NetworkProfile& a, size_t layer_a, const NetworkProfile& b, size_t layer_b);

// The four weights of structure beside label (whose weight is 1) with which the authors compare at once.
inline constexpr std::array<double, 4> kStructureWeights = {0.1, 0.25, 0.61, 1.5};

struct Distances {
  std::array<double, kStructureWeights.size()> plain;       // cost of the optimal transport
  std::array<double, kStructureWeights.size()> normalised;  // divided by both total masses
};
Distances otmann_distances(const NetworkProfile& a, const NetworkProfile& b);

}  // namespace mininas::nasbot
