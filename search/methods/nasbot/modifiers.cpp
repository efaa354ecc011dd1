#include "search/methods/nasbot/modifiers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "search/methods/nasbot/otmann.h"

namespace mininas::nasbot {
namespace {

const Layer& at(const LayeredNetwork& network, int layer) { return network.layers[static_cast<size_t>(layer)]; }

bool has_edge(const LayeredNetwork& network, Edge edge) {
  return std::find(network.edges.begin(), network.edges.end(), edge) != network.edges.end();
}

bool resizable(const Layer& layer) { return layer.is_convolution() || layer.type == LayerType::kLinear; }

// The mean units of those layers that have any, rounded down.
std::optional<int> mean_units(const LayeredNetwork& network, const std::vector<int>& layers) {
  int sum = 0, count = 0;
  for (const int layer : layers) {
    if (!resizable(at(network, layer))) continue;
    sum += at(network, layer).units;
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

// Appends layers as a way from `from` to `to`.
void append_way(LayeredNetwork& draft, int from, const std::vector<Layer>& layers, int to) {
  int last = from;
  for (const Layer& layer : layers) {
    draft.layers.push_back(layer);
    draft.edges.emplace_back(last, draft.size() - 1);
    last = draft.size() - 1;
  }
  if (!has_edge(draft, {last, to})) draft.edges.emplace_back(last, to);
}

bool all_stride_one(const LayeredNetwork& network, const std::vector<int>& layers) {
  return std::all_of(layers.begin(), layers.end(),
                     [&](int layer) { return at(network, layer).is_convolution() && at(network, layer).stride == 1; });
}

}  // namespace

std::vector<int> resizable_layers(const LayeredNetwork& network) {
  std::vector<int> layers;
  for (int i = 0; i < network.size(); ++i)
    if (resizable(at(network, i))) layers.push_back(i);
  return layers;
}

int resized_units(int units, bool increase) { return (units * (increase ? 9 : 7) + 4) / 8; }

std::vector<int> layers_of_part(const LayeredNetwork& network, int part, int parts) {
  const std::vector<int> all = resizable_layers(network);
  const int count = static_cast<int>(all.size());
  return {all.begin() + (part - 1) * count / parts, all.begin() + part * count / parts};
}

std::vector<int> divisions(const LayeredNetwork& network) {
  std::vector<int> all;
  for (const int parts : {2, 4, 8})
    if (network.size() - 2 >= 2 * parts) all.push_back(parts);
  return all;
}

Modified resized(const LayeredNetwork& network, const std::vector<int>& layers, bool increase) {
  LayeredNetwork draft = network;
  for (const int layer : layers) {
    int& units = draft.layers[static_cast<size_t>(layer)].units;
    units = resized_units(units, increase);
  }
  return legal_network(draft);
}

Modified swapped(const LayeredNetwork& network, int layer, const Layer& type) {
  LayeredNetwork draft = network;
  Layer& changed = draft.layers[static_cast<size_t>(layer)];
  const Layer old = changed;
  changed = type;
  if (type.is_convolution()) changed.units = old.units;
  if (type.is_convolution()) changed.stride = old.is_pool() ? 2 : old.stride;
  return legal_network(draft);
}

int wedge_units(const LayeredNetwork& network, Edge edge) {
  if (const auto mean = mean_units(network, {edge.first, edge.second})) return *mean;
  const auto parents = network.parents()[static_cast<size_t>(edge.first)];
  constexpr int kUnitsFromNothing = 16;
  if (parents.empty())
    return mean_units(network, network.children()[static_cast<size_t>(edge.first)]).value_or(kUnitsFromNothing);
  if (const auto mean = mean_units(network, parents)) return *mean;
  int sum = 0;
  for (const int parent : parents) sum += wedge_units(network, {parent, edge.first});
  return sum / static_cast<int>(parents.size());
}

Modified wedged(const LayeredNetwork& network, Edge edge, const Layer& layer) {
  LayeredNetwork draft = network;
  std::erase(draft.edges, edge);
  append_way(draft, edge.first, {layer}, edge.second);
  return legal_network(draft);
}

bool is_removable(const LayeredNetwork& network, int layer) {
  const Layer& removed = at(network, layer);
  if (!resizable(removed) && !removed.is_pool()) return false;
  const auto parents = network.parents()[static_cast<size_t>(layer)];
  return removed.type != LayerType::kLinear || std::all_of(parents.begin(), parents.end(), [&](int parent) {
           return at(network, parent).type == LayerType::kLinear;
         });
}

std::vector<int> halving_instead(const LayeredNetwork& network, int layer) {
  if (!halves(at(network, layer))) return {};
  auto children = network.children()[static_cast<size_t>(layer)];
  if (all_stride_one(network, children)) return children;
  const auto parents = network.parents()[static_cast<size_t>(layer)];
  return all_stride_one(network, parents) ? parents : std::vector<int>();
}

std::vector<Edge> bridging_edges(const LayeredNetwork& network, int layer, Rng& rng) {
  const auto parents = network.parents(), children = network.children();
  const auto &above = parents[static_cast<size_t>(layer)], &below = children[static_cast<size_t>(layer)];
  std::vector<int> sources, readers;  // that would have no end without an edge
  for (const int parent : above)
    if (children[static_cast<size_t>(parent)].size() == 1) sources.push_back(parent);
  for (const int child : below)
    if (parents[static_cast<size_t>(child)].size() == 1) readers.push_back(child);
  rng.shuffle(sources);
  rng.shuffle(readers);
  const auto any = [&](const std::vector<int>& of) { return of[rng.below(static_cast<uint32_t>(of.size()))]; };
  std::vector<Edge> edges;
  for (size_t i = 0; i < std::max(sources.size(), readers.size()); ++i) {
    const int from = i < sources.size() ? sources[i] : any(above);
    edges.emplace_back(from, i < readers.size() ? readers[i] : any(below));
  }
  return edges;
}

Modified removed(const LayeredNetwork& network, int layer, const std::vector<Edge>& bridges) {
  LayeredNetwork draft = network;
  for (const int halving : halving_instead(network, layer)) draft.layers[static_cast<size_t>(halving)].stride = 2;
  draft.layers.erase(draft.layers.begin() + layer);
  draft.edges.insert(draft.edges.end(), bridges.begin(), bridges.end());
  std::erase_if(draft.edges, [&](const Edge& edge) { return edge.first == layer || edge.second == layer; });
  for (auto& [from, to] : draft.edges) {
    from -= from > layer;
    to -= to > layer;
  }
  std::sort(draft.edges.begin(), draft.edges.end());
  draft.edges.erase(std::unique(draft.edges.begin(), draft.edges.end()), draft.edges.end());
  return legal_network(draft);
}

std::vector<double> start_weights(const LayeredNetwork& network) {
  const auto lengths = lengths_from_input(network);
  std::vector<double> weights;
  for (int i = 0; i < network.size(); ++i) {
    const LayerType type = at(network, i).type;
    const bool never = type == LayerType::kOutput || type == LayerType::kSoftmax || type == LayerType::kLinear;
    weights.push_back(never ? 0.0 : 1.0 / std::sqrt(1.0 + lengths[static_cast<size_t>(i)][0]));
  }
  return weights;
}

Modified branched(const LayeredNetwork& network, const std::vector<int>& path, const std::function<bool(int)>& keep) {
  std::vector<Layer> copies;
  bool has_linear = false;
  for (size_t i = 1; i + 1 < path.size(); ++i) {
    const Layer& layer = at(network, path[i]);
    const bool first_of_image = i == 1 && at(network, path[0]).type == LayerType::kInput;
    const bool last_chance = i + 2 == path.size() && copies.empty();
    const bool first_linear = layer.type == LayerType::kLinear && !has_linear;
    if (first_of_image || last_chance || halves(layer) || layer.type == LayerType::kSoftmax) {
      copies.push_back(layer);
    } else if (first_linear || keep(path[i])) {
      copies.push_back(layer);
      has_linear |= first_linear;
    }
  }
  LayeredNetwork draft = network;
  append_way(draft, path.front(), copies, path.back());
  return legal_network(draft);
}

std::vector<int> skip_ends(const LayeredNetwork& network, int start) {
  const auto from_input = lengths_from_input(network), to_output = lengths_to_output(network);
  const auto sizes = *halvings(network);
  const auto parents = network.parents();
  const auto s = static_cast<size_t>(start);
  const auto is_image = [&](int layer) { return at(network, layer).is_convolution() || at(network, layer).is_pool(); };
  std::vector<int> ends;
  for (size_t i = 0; i < network.layers.size(); ++i) {
    const Layer& layer = network.layers[i];
    if (from_input[i][0] - 1 <= from_input[s][0] || to_output[i][0] + 1 >= to_output[s][0]) continue;
    if (!resizable(layer) && !layer.is_pool()) continue;
    if (sizes.before[i] != kNoImage && sizes.behind[s] > sizes.before[i]) continue;
    if (layer.type == LayerType::kLinear && !std::all_of(parents[i].begin(), parents[i].end(), is_image)) continue;
    ends.push_back(static_cast<int>(i));
  }
  return ends;
}

Modified skipped(const LayeredNetwork& network, int start, int end) {
  const auto sizes = *halvings(network);
  const int pools = sizes.before[static_cast<size_t>(end)] - sizes.behind[static_cast<size_t>(start)];
  LayeredNetwork draft = network;
  append_way(draft, start, std::vector<Layer>(static_cast<size_t>(std::max(pools, 0)), {LayerType::kAveragePool}), end);
  return legal_network(draft);
}

bool SpaceLimits::allow(const LayeredNetwork& network) const {
  const auto within = [](int value, int limit) { return limit == 0 || value <= limit; };
  const auto longest = [](const std::vector<std::vector<int>>& lists) {
    size_t most = 0;
    for (const auto& list : lists) most = std::max(most, list.size());
    return static_cast<int>(most);
  };
  for (const Layer& layer : network.layers)
    if (resizable(layer) && (layer.units < min_units || !within(layer.units, max_units))) return false;
  const auto sizes = halvings(network);
  return network.size() >= min_layers && within(network.size(), max_layers) &&
         within(longest(network.parents()), max_inputs) && within(longest(network.children()), max_readers) &&
         within(static_cast<int>(network.edges.size()), max_edges) &&
         within(*std::max_element(sizes->behind.begin(), sizes->behind.end()), max_halvings);
}

}  // namespace mininas::nasbot
