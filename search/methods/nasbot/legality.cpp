#include "search/methods/nasbot/legality.h"

#include <algorithm>

namespace mininas::nasbot {
namespace {

// Kahn's algorithm from the input, first in first out. Shorter than the network where that has cycles, or layers that
// no way from the input leads to.
std::vector<int> breadth_first_order(const LayeredNetwork& network) {
  std::vector<size_t> missing;  // parents that are not in the order yet
  for (const auto& parents : network.parents()) missing.push_back(parents.size());
  auto children = network.children();
  std::vector<int> order = {0};
  for (size_t next = 0; next < order.size(); ++next) {
    auto& readers = children[static_cast<size_t>(order[next])];
    std::sort(readers.begin(), readers.end());
    for (const int reader : readers)
      if (--missing[static_cast<size_t>(reader)] == 0) order.push_back(reader);
  }
  return order;
}

LayeredNetwork reordered(const LayeredNetwork& network, const std::vector<int>& order) {
  LayeredNetwork result;
  std::vector<int> place(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    place[static_cast<size_t>(order[i])] = static_cast<int>(i);
    result.layers.push_back(network.layers[static_cast<size_t>(order[i])]);
  }
  for (const auto& [from, to] : network.edges)
    result.edges.emplace_back(place[static_cast<size_t>(from)], place[static_cast<size_t>(to)]);
  std::sort(result.edges.begin(), result.edges.end());
  result.edges.erase(std::unique(result.edges.begin(), result.edges.end()), result.edges.end());
  return result;
}

bool ends_fit(const LayeredNetwork& network) {
  for (const auto& [from, to] : network.edges) {
    const Layer &reader = network.layers[static_cast<size_t>(to)], &source = network.layers[static_cast<size_t>(from)];
    if (source.type == LayerType::kInput && !reader.is_convolution()) return false;
    if (reader.type == LayerType::kOutput && source.type != LayerType::kSoftmax) return false;
  }
  // Ways end at the output alone.
  const auto children = network.children();
  for (size_t i = 0; i < children.size(); ++i)
    if (children[i].empty() != (network.layers[i].type == LayerType::kOutput)) return false;
  return true;
}

bool has_units(const Layer& layer) { return !layer.is_convolution() || layer.units > 0; }

}  // namespace

bool halves(const Layer& layer) { return layer.is_pool() || (layer.is_convolution() && layer.stride == 2); }

std::optional<Halvings> halvings(const LayeredNetwork& network) {
  Halvings all;
  const auto parents = network.parents();
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    const int before = parents[i].empty() ? 0 : all.behind[static_cast<size_t>(parents[i].front())];
    for (const int parent : parents[i])
      if (all.behind[static_cast<size_t>(parent)] != before) return std::nullopt;
    const bool keeps_image = layer.is_convolution() || layer.is_pool() || layer.type == LayerType::kInput;
    if (keeps_image && before == kNoImage) return std::nullopt;
    all.before.push_back(before);
    all.behind.push_back(keeps_image ? before + halves(layer) : kNoImage);
  }
  return all;
}

std::optional<LayeredNetwork> legal_network(const LayeredNetwork& draft) {
  const std::vector<int> order = breadth_first_order(draft);
  if (order.size() != draft.layers.size()) return std::nullopt;
  LayeredNetwork network = reordered(draft, order);
  if (!ends_fit(network) || !halvings(network)) return std::nullopt;
  if (!std::all_of(network.layers.begin(), network.layers.end(), has_units)) return std::nullopt;
  return network;
}

}  // namespace mininas::nasbot
