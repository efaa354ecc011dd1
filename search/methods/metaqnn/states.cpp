#include "search/methods/metaqnn/states.h"

#include <algorithm>

namespace mininas::metaqnn {
namespace {

bool has_map(LayerType type) {
  return type == LayerType::kStart || type == LayerType::kConv || type == LayerType::kPool;
}

int ceiling(int a, int b) { return (a + b - 1) / b; }

int size_behind(const Layer& layer, int size) {
  switch (layer.type) {
    case LayerType::kPool:
      return pooled_size(size, layer.kernel, layer.stride);
    case LayerType::kGlobalPool:
      return 1;
    case LayerType::kLinear:
      return 0;
    default:
      return size;
  }
}

void append_layers_on_maps(const Space& space, const State& state, std::vector<State>& all) {
  const int depth = state.depth + 1, bucket = state.bucket;
  for (const int filters : space.filters)
    for (const int kernel : space.kernels)
      if (kernel < bucket) all.push_back({{LayerType::kConv, filters, kernel, 1}, depth, 0, bucket});
  all.push_back({{LayerType::kGlobalPool}, depth, 0, 1});
  if (state.layer.type == LayerType::kConv)
    for (const auto& [kernel, stride] : space.pools)
      if (kernel < bucket) all.push_back({{LayerType::kPool, 0, kernel, stride}, depth, 0, bucket});
  constexpr int kLargestFlattened = 4;
  if (bucket <= kLargestFlattened)
    for (const int units : space.units) all.push_back({{LayerType::kLinear, 0, 0, 0, units}, depth, 0, 1});
}

}  // namespace

std::vector<State> actions(const Space& space, const State& state) {
  std::vector<State> all;
  if (state.end) return all;
  all.push_back(state);
  all.back().depth += 1;
  all.back().end = true;
  if (state.depth >= space.depth_limit) return all;
  if (has_map(state.layer.type)) append_layers_on_maps(space, state, all);
  if (state.layer.type == LayerType::kLinear && state.linear_before < space.most_linear - 1)
    for (const int units : space.units)
      if (units <= state.layer.units)
        all.push_back({{LayerType::kLinear, 0, 0, 0, units}, state.depth + 1, state.linear_before + 1, 1});
  return all;
}

State action_between(const State& from, const State& to) {
  State action = to;
  if (has_map(to.layer.type)) action.bucket = from.bucket;
  return action;
}

int bucket_of(int size) { return size > 7 ? 8 : size > 3 ? 4 : 1; }

int pooled_size(int size, int kernel, int stride) { return ceiling(size - kernel + 1, stride); }

std::vector<int> map_sizes(const std::vector<Layer>& layers, int image_size) {
  std::vector<int> sizes = {image_size};
  for (const Layer& layer : layers) sizes.push_back(size_behind(layer, sizes.back()));
  return sizes;
}

std::vector<State> walk(const std::vector<Layer>& layers, int image_size) {
  const std::vector<int> sizes = map_sizes(layers, image_size);
  std::vector<State> states = {{{LayerType::kStart}, 0, 0, bucket_of(image_size)}};
  int linear = 0;
  for (size_t i = 0; i < layers.size(); ++i) {
    const bool is_linear = layers[i].type == LayerType::kLinear;
    states.push_back({layers[i], static_cast<int>(i) + 1, is_linear ? linear : 0, bucket_of(sizes[i + 1])});
    linear += is_linear;
  }
  states.push_back(states.back());
  states.back().depth += 1;
  states.back().end = true;
  return states;
}

State state_behind(const std::vector<Layer>& layers, int image_size) {
  const std::vector<State> states = walk(layers, image_size);
  return states[states.size() - 2];
}

std::vector<double> dropouts(const std::vector<Layer>& layers) {
  if (layers.empty()) return {};
  // The classifier counts as another layer of the last one's type, as in the authors' code.
  std::vector<Layer> counted = layers;
  counted.push_back(layers.back());
  const auto count = [&](LayerType type) {
    return static_cast<int>(
        std::count_if(counted.begin(), counted.end(), [&](const Layer& layer) { return layer.type == type; }));
  };
  const int linear = count(LayerType::kLinear), global = count(LayerType::kGlobalPool);
  const int all = (static_cast<int>(counted.size()) - global - linear) / 2 + linear;
  std::vector<double> rates(layers.size(), 0.0);
  int number = 1;
  for (size_t i = 0; i < layers.size() && number <= all; ++i) {
    if (layers[i].type == LayerType::kGlobalPool) continue;
    if (i % 2 == 1 || layers[i].type == LayerType::kLinear) rates[i] = number++ / (2.0 * all);
  }
  return rates;
}

int64_t published_parameters(const std::vector<Layer>& layers, const ImageShape& image, int classes,
                             PoolBorder border) {
  int64_t sum = 0, size = image.height, channels = image.channels;
  for (const Layer& layer : layers) {
    if (layer.type == LayerType::kConv) {
      sum += (channels * layer.kernel * layer.kernel + 1) * layer.filters;
      channels = layer.filters;
    } else if (layer.type == LayerType::kPool) {
      const int extent = static_cast<int>(size);
      size = border == PoolBorder::kAgent ? pooled_size(extent, layer.kernel, layer.stride)
                                          : ceiling(extent - layer.kernel, layer.stride) + 1;
    } else if (layer.type == LayerType::kGlobalPool) {
      sum += (channels + 1) * classes;
      channels = classes;
      size = 1;
    } else if (layer.type == LayerType::kLinear) {
      sum += (size * size * channels + 1) * layer.units;
      channels = layer.units;
      size = 1;
    }
  }
  return sum + (size * size * channels + 1) * classes;
}

}  // namespace mininas::metaqnn
