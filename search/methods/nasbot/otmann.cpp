#include "search/methods/nasbot/otmann.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "search/methods/nasbot/transport.h"

namespace mininas::nasbot {
namespace {

constexpr double kLinearMass = 0.1;  // of a linear layer, relative to a convolution of the same size
constexpr double kFixedShare = 0.1, kMinFixedMass = 100;

// Replaces an infinite cost: leaving both layers unmatched (2 per unit of mass) is always cheaper.
constexpr double kNeverMatched = 765432;

double processing_mass(const Layer& layer, int in_channels) {
  if (layer.is_pool()) return in_channels;
  const double products = static_cast<double>(in_channels) * layer.units;
  if (layer.type == LayerType::kLinear) return kLinearMass * products;
  return layer.is_convolution() ? products : 0.0;
}

enum Group { kAll, kConvolutions, kPools, kLinears, kGroups };

bool in_group(const Layer& layer, int group) {
  switch (group) {
    case kAll:
      return true;
    case kConvolutions:
      return layer.is_convolution();
    case kPools:
      return layer.is_pool();
    default:
      return layer.type == LayerType::kLinear;
  }
}

// Path lengths of `layer` from those of its neighbours; an edge to a neighbour counts if `layer` is in the group. 0 at
// the end of the path.
PathLengths extended(const Layer& layer, const std::vector<int>& neighbours, const std::vector<PathLengths>& lengths) {
  PathLengths result{};
  if (neighbours.empty()) return result;
  for (int group = 0; group < kGroups; ++group) {
    const size_t at = 3 * static_cast<size_t>(group);
    double least = std::numeric_limits<double>::infinity(), most = 0, total = 0;
    for (const int neighbour : neighbours) {
      const PathLengths& rest = lengths[static_cast<size_t>(neighbour)];
      least = std::min(least, rest[at]);
      most = std::max(most, rest[at + 1]);
      total += rest[at + 2];
    }
    const double step = in_group(layer, group) ? 1 : 0;
    result[at] = least + step;
    result[at + 1] = most + step;
    result[at + 2] = total / static_cast<double>(neighbours.size()) + step;
  }
  return result;
}

double total_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

std::vector<double> layer_masses(const LayeredNetwork& network) {
  const auto channels = input_channels(network);
  std::vector<double> masses;
  for (size_t i = 0; i < network.layers.size(); ++i) masses.push_back(processing_mass(network.layers[i], channels[i]));
  const double fixed = std::max(kFixedShare * total_of(masses), kMinFixedMass);
  const auto heads = std::count_if(network.layers.begin(), network.layers.end(),
                                   [](const Layer& layer) { return layer.type == LayerType::kSoftmax; });
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const LayerType type = network.layers[i].type;
    if (type == LayerType::kInput || type == LayerType::kOutput) masses[i] = fixed;
    if (type == LayerType::kSoftmax) masses[i] = fixed / static_cast<double>(heads);
  }
  return masses;
}

std::vector<PathLengths> lengths_from_input(const LayeredNetwork& network) {
  const auto parents = network.parents();
  std::vector<PathLengths> lengths(network.layers.size());
  for (size_t i = 0; i < lengths.size(); ++i) lengths[i] = extended(network.layers[i], parents[i], lengths);
  return lengths;
}

std::vector<PathLengths> lengths_to_output(const LayeredNetwork& network) {
  const auto children = network.children();
  std::vector<PathLengths> lengths(network.layers.size());
  for (size_t i = lengths.size(); i-- > 0;) lengths[i] = extended(network.layers[i], children[i], lengths);
  return lengths;
}

double label_mismatch(const Layer& a, const Layer& b) {
  if (a.is_convolution() && b.is_convolution()) {
    const double kernels = std::sqrt(2.0) / 10 * std::sqrt(std::abs(a.kernel - b.kernel));
    return a.type == b.type ? kernels : 0.9 * kernels + 0.1;
  }
  if (a.type == b.type) return 0.0;
  return a.is_pool() && b.is_pool() ? 0.5 : std::numeric_limits<double>::infinity();
}

NetworkProfile::NetworkProfile(const LayeredNetwork& network)
    : layers(network.layers),
      masses(layer_masses(network)),
      total_mass(total_of(masses)),
      from_input(lengths_from_input(network)),
      to_output(lengths_to_output(network)) {}

double structural_mismatch(const NetworkProfile& a, size_t layer_a, const NetworkProfile& b, size_t layer_b) {
  double sum = 0;
  for (size_t i = 0; i < std::tuple_size_v<PathLengths>; ++i)
    sum += std::abs(a.from_input[layer_a][i] - b.from_input[layer_b][i]) +
           std::abs(a.to_output[layer_a][i] - b.to_output[layer_b][i]);
  return sum / (2 * std::tuple_size_v<PathLengths>);
}

Distances otmann_distances(const NetworkProfile& a, const NetworkProfile& b) {
  // The last row and column represent "no layer": mass that is moved there is unmatched.
  std::vector<double> supply = a.masses, demand = b.masses;
  supply.push_back(b.total_mass);
  demand.push_back(a.total_mass);
  Distances result{};
  for (size_t pair = 0; pair < kStructureWeights.size(); ++pair) {
    std::vector<std::vector<double>> cost(supply.size(), std::vector<double>(demand.size(), 1.0));
    cost.back().back() = 0.0;
    for (size_t i = 0; i < a.layers.size(); ++i)
      for (size_t j = 0; j < b.layers.size(); ++j)
        cost[i][j] = std::min(kNeverMatched, label_mismatch(a.layers[i], b.layers[j]) +
                                                 kStructureWeights[pair] * structural_mismatch(a, i, b, j));
    result.plain[pair] = transport_cost(supply, demand, cost);
    result.normalised[pair] = result.plain[pair] / (a.total_mass + b.total_mass);
  }
  return result;
}

}  // namespace mininas::nasbot
