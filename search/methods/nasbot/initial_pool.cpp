#include "search/methods/nasbot/initial_pool.h"

#include <algorithm>

#include "core/error.h"
#include "search/methods/graph_writer.h"

namespace mininas::nasbot {
namespace {

using Value = GraphWriter::Value;

constexpr Layer kMaxPoolLayer{LayerType::kMaxPool}, kAveragePoolLayer{LayerType::kAveragePool};

LayeredNetwork chain_of(const std::vector<Layer>& inner) {
  LayeredNetwork network{{{LayerType::kInput}}, {}};
  network.layers.insert(network.layers.end(), inner.begin(), inner.end());
  network.layers.insert(network.layers.end(), {{LayerType::kSoftmax}, {LayerType::kOutput}});
  for (int i = 0; i + 1 < network.size(); ++i) network.edges.emplace_back(i, i + 1);
  return network;
}

// Two blocks of two convolutions and three of `per_block`, or in a short one a block of two and one of `per_block`.
LayeredNetwork vgg(int per_block, bool full) {
  std::vector<Layer> layers;
  const auto block = [&](int count, int units) {
    for (int i = 0; i < count; ++i) layers.push_back({LayerType::kConv, 3, units});
    layers.push_back(kMaxPoolLayer);
  };
  block(2, 64);
  if (full) block(2, 128);
  for (const int units : full ? std::vector<int>{128, 256, 512} : std::vector<int>{128}) block(per_block, units);
  for (const int units : full ? std::vector<int>{128, 256, 512} : std::vector<int>{128})
    layers.push_back({LayerType::kLinear, 0, units});
  return chain_of(layers);
}

// A 7x7 convolution and a pool, blocks whose first convolution has stride 2, an average pool, a linear layer; a short
// one has neither of the pools.
LayeredNetwork blocks(LayerType type, int count, int per_block, bool full) {
  std::vector<Layer> layers = {{LayerType::kConv, 7, 64}};
  if (full) layers.push_back(kMaxPoolLayer);
  int units = 64;
  for (int block = 0; block < count; ++block, units = std::min(2 * units, 512))
    for (int i = 0; i < per_block; ++i) layers.push_back({type, 3, units, i == 0 ? 2 : 1});
  if (full) layers.push_back(kAveragePoolLayer);
  layers.push_back({LayerType::kLinear, 0, 2 * layers[layers.size() - (full ? 2 : 1)].units});
  return chain_of(layers);
}

// Three branches behind one convolution, two of which meet, and two softmax layers.
LayeredNetwork branches() {
  const std::vector<Layer> layers = {
      {LayerType::kInput},   {LayerType::kOutput},         {LayerType::kSoftmax},         {LayerType::kLinear, 0, 64},
      {LayerType::kSoftmax}, {LayerType::kLinear, 0, 64},  {LayerType::kConv, 5, 128, 2}, kAveragePoolLayer,
      kMaxPoolLayer,         {LayerType::kConv, 3, 64, 2}, {LayerType::kConv, 3, 64},     kMaxPoolLayer,
      kMaxPoolLayer,         {LayerType::kConv, 3, 128},   {LayerType::kConv, 7, 64}};
  return {layers,
          {{0, 14},
           {14, 6},
           {14, 9},
           {14, 10},
           {6, 7},
           {7, 3},
           {3, 2},
           {2, 1},
           {9, 8},
           {8, 5},
           {5, 4},
           {4, 1},
           {10, 11},
           {11, 13},
           {13, 12},
           {12, 5},
           {6, 8}}};
}

Value joined(GraphWriter& writer, std::vector<Value> values) {
  int height = values.front().shape.height;
  for (const Value& value : values) height = std::min(height, value.shape.height);
  for (Value& value : values) value = halved_to(writer, value, height);
  return writer.concatenation(values);
}

Value residual(GraphWriter& writer, const Value& in, const Layer& layer) {
  const Value first = writer.relu(writer.conv(in, layer.units, layer.kernel, layer.stride));
  const bool same = layer.stride == 1 && in.shape.channels == layer.units;
  const Value shortcut = same ? in : writer.conv(in, layer.units, 1, layer.stride);
  return writer.relu(writer.sum({writer.conv(first, layer.units, layer.kernel), shortcut}));
}

Value written(GraphWriter& writer, const Value& in, const Layer& layer) {
  switch (layer.type) {
    case LayerType::kConv:
      return writer.relu(writer.conv(in, layer.units, layer.kernel, layer.stride));
    case LayerType::kResidual:
      return residual(writer, in, layer);
    case LayerType::kMaxPool:
      return writer.max_pool(in);
    case LayerType::kAveragePool:
      return writer.average_pool(in);
    case LayerType::kLinear:
      return writer.linear(in, layer.units);
    default:
      return in;
  }
}

}  // namespace

std::vector<LayeredNetwork> initial_pool(bool full, int divisor) {
  std::vector<LayeredNetwork> drafts;
  for (int per_block = 1; per_block <= (full ? 4 : 2); ++per_block) drafts.push_back(vgg(per_block, full));
  if (full) {
    for (int per_block = 1; per_block <= 5; ++per_block) drafts.push_back(blocks(LayerType::kConv, 3, per_block, full));
    drafts.push_back(blocks(LayerType::kConv, 4, 4, full));
    drafts.push_back(blocks(LayerType::kResidual, 3, 2, full));
    drafts.push_back(branches());
  } else {
    for (int per_block = 1; per_block <= 3; ++per_block) drafts.push_back(blocks(LayerType::kConv, 2, per_block, full));
    drafts.push_back(blocks(LayerType::kResidual, 2, 2, full));
  }
  std::vector<LayeredNetwork> pool;
  for (LayeredNetwork& draft : drafts) {
    for (Layer& layer : draft.layers) layer.units /= divisor;
    const auto network = legal_network(draft);
    MN_CHECK(network, "a network of the initial pool is not legal");
    pool.push_back(*network);
  }
  return pool;
}

Graph to_graph(const LayeredNetwork& network, const ImageShape& image) {
  GraphWriter writer(image);
  std::vector<Value> values = {writer.image()};
  std::vector<Value> heads;
  const auto parents = network.parents();
  for (size_t i = 1; i + 1 < network.layers.size(); ++i) {
    std::vector<Value> in;
    for (const int parent : parents[i]) in.push_back(values[static_cast<size_t>(parent)]);
    values.push_back(written(writer, joined(writer, in), network.layers[i]));
    if (network.layers[i].type == LayerType::kSoftmax) heads.push_back(values.back());
  }
  return writer.finish(joined(writer, heads)).canonical();
}

}  // namespace mininas::nasbot
