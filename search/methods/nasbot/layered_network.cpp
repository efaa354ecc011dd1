#include "search/methods/nasbot/layered_network.h"

namespace mininas::nasbot {

std::vector<std::vector<int>> LayeredNetwork::parents() const {
  std::vector<std::vector<int>> all(layers.size());
  for (const auto& [from, to] : edges) all[static_cast<size_t>(to)].push_back(from);
  return all;
}

std::vector<std::vector<int>> LayeredNetwork::children() const {
  std::vector<std::vector<int>> all(layers.size());
  for (const auto& [from, to] : edges) all[static_cast<size_t>(from)].push_back(to);
  return all;
}

std::vector<int> input_channels(const LayeredNetwork& network) {
  const auto parents = network.parents();
  std::vector<int> in(network.layers.size(), 0), out(network.layers.size(), 0);
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    for (const int parent : parents[i]) in[i] += out[static_cast<size_t>(parent)];
    const bool has_units = layer.is_convolution() || layer.type == LayerType::kLinear;
    out[i] = layer.type == LayerType::kInput ? 1 : has_units ? layer.units : in[i];
  }
  return in;
}

}  // namespace mininas::nasbot
