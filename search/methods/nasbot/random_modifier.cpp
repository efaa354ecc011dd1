// The random choices of NASBOT's modifiers.
#include <algorithm>
#include <numeric>

#include "search/methods/nasbot/modifiers.h"

namespace mininas::nasbot {
namespace {

constexpr float kPoolShare = 0.05f, kStrideShare = 0.05f;  // of wedged layers, and of swapped ones' strides
constexpr size_t kShortestBranch = 4;                      // layers of its path, both ends included
constexpr float kEndOfPath = 0.2f, kKeptInBranch = 0.5f;

class Modification {
 public:
  Modification(const LayeredNetwork& network, Rng& rng) : network_(network), rng_(rng) {}

  Modified resize_one(bool increase) { return resized(network_, {any(resizable_layers(network_))}, increase); }

  Modified resize_many(bool increase) {
    const std::vector<int> all = divisions(network_);
    const int count = std::accumulate(all.begin(), all.end(), 0);
    if (count == 0) return std::nullopt;
    int part = below(count);  // of 2 halves, 4 quarters, 8 eighths, one behind the other
    size_t division = 0;
    for (; part >= all[division]; ++division) part -= all[division];
    return resized(network_, layers_of_part(network_, part + 1, all[division]), increase);
  }

  Modified swap() {
    std::vector<int> layers;
    for (int i = 0; i < network_.size(); ++i)
      if (at(i).is_convolution() || at(i).is_pool()) layers.push_back(i);
    const int layer = any(layers);
    const Layer& old = at(layer);
    if (old.is_pool())
      return swapped(network_, layer,
                     {old.type == LayerType::kMaxPool ? LayerType::kAveragePool : LayerType::kMaxPool});
    LayeredNetwork draft = network_;
    if (rng_.uniform() < kStrideShare) draft.layers[static_cast<size_t>(layer)].stride = 3 - old.stride;
    return swapped(draft, layer, another_type(old));
  }

  Modified wedge() {
    std::vector<Edge> edges;
    for (const Edge& edge : network_.edges)
      if (at(edge.second).type != LayerType::kOutput) edges.push_back(edge);
    const Edge edge = any(edges);
    if (at(edge.first).type == LayerType::kLinear)
      return wedged(network_, edge, {LayerType::kLinear, 0, at(edge.first).units});
    if (at(edge.first).type != LayerType::kInput && rng_.uniform() < kPoolShare)
      return wedged(network_, edge, {rng_.coin() ? LayerType::kAveragePool : LayerType::kMaxPool});
    Layer layer{rng_.coin() ? LayerType::kConv : LayerType::kResidual, 3 + 2 * below(3), wedge_units(network_, edge)};
    if (rng_.uniform() < kStrideShare) layer.stride = 2;
    return wedged(network_, edge, layer);
  }

  Modified remove() {
    std::vector<int> layers;
    for (int i = 0; i < network_.size(); ++i)
      if (is_removable(network_, i)) layers.push_back(i);
    if (layers.empty()) return std::nullopt;
    const int layer = any(layers);
    return removed(network_, layer, bridging_edges(network_, layer, rng_));
  }

  Modified branch() {
    const auto children = network_.children();
    std::vector<int> path = {weighted(start_weights(network_))};
    while (at(path.back()).type != LayerType::kOutput &&
           (path.size() < kShortestBranch || rng_.uniform() >= kEndOfPath))
      path.push_back(any(children[static_cast<size_t>(path.back())]));
    return branched(network_, path, [&](int) { return rng_.uniform() < kKeptInBranch; });
  }

  Modified skip() {
    std::vector<double> weights = start_weights(network_);
    weights[0] = 0;
    const int start = weighted(weights);
    const std::vector<int> ends = skip_ends(network_, start);
    return ends.empty() ? std::nullopt : skipped(network_, start, any(ends));
  }

  // Requires weights with a sum above 0.
  int weighted(const std::vector<double>& weights) {
    double left = std::accumulate(weights.begin(), weights.end(), 0.0) * static_cast<double>(rng_.uniform());
    int last = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] <= 0) continue;
      last = static_cast<int>(i);
      if (left < weights[i]) break;
      left -= weights[i];
    }
    return last;
  }

 private:
  const Layer& at(int layer) const { return network_.layers[static_cast<size_t>(layer)]; }
  int below(int count) { return static_cast<int>(rng_.below(static_cast<uint32_t>(count))); }
  template <class T>
  T any(const std::vector<T>& from) {
    return from[rng_.below(static_cast<uint32_t>(from.size()))];
  }

  // The authors' table: of the other family a small kernel, of the same one the other kernels, seldom a pool.
  Layer another_type(const Layer& old) {
    struct Row {
      int kernel;
      std::vector<int> family, other;  // kernels
      std::vector<double> weights;     // of those of the other family, those of the same one, both pools
    };
    static const std::vector<Row> conv = {{3, {5, 7}, {3, 5}, {.25, .25, .15, .25, .05, .05}},
                                          {5, {3, 7}, {3, 5}, {.25, .25, .2, .2, .05, .05}},
                                          {7, {3, 5}, {3, 5}, {.25, .25, .25, .15, .05, .05}}};
    const Row& row = conv[static_cast<size_t>((old.kernel - 3) / 2)];
    const int choice = weighted(row.weights);
    if (choice >= 4) return {choice == 4 ? LayerType::kMaxPool : LayerType::kAveragePool};
    const bool conv_now = old.type == LayerType::kConv;
    if (choice >= 2) return {old.type, row.family[static_cast<size_t>(choice) - 2]};
    return {conv_now ? LayerType::kResidual : LayerType::kConv, row.other[static_cast<size_t>(choice)]};
  }

  const LayeredNetwork& network_;
  Rng& rng_;
};

}  // namespace

Modified modified(const LayeredNetwork& network, const SpaceLimits& limits, Rng& rng) {
  using Change = std::function<Modified(Modification&)>;
  static const std::vector<std::pair<double, Change>> kinds = {
      {0.1, [](Modification& choice) { return choice.resize_one(true); }},
      {0.1, [](Modification& choice) { return choice.resize_one(false); }},
      {0.1, [](Modification& choice) { return choice.resize_many(true); }},
      {0.1, [](Modification& choice) { return choice.resize_many(false); }},
      {0.2, [](Modification& choice) { return choice.swap(); }},
      {0.1, [](Modification& choice) { return choice.wedge(); }},
      {0.1, [](Modification& choice) { return choice.remove(); }},
      {0.2, [](Modification& choice) { return choice.branch(); }},
      {0.2, [](Modification& choice) { return choice.skip(); }}};
  std::vector<double> weights;
  for (const auto& [weight, change] : kinds) weights.push_back(weight);
  Modification choice(network, rng);
  for (int tries = 0; tries < kMaxTries; ++tries)
    if (auto result = kinds[static_cast<size_t>(choice.weighted(weights))].second(choice);
        result && limits.allow(*result))
      return result;
  return std::nullopt;
}

}  // namespace mininas::nasbot
