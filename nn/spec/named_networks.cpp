#include "nn/spec/named_networks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/error.h"
#include "nn/spec/layer_chain.h"

namespace mininas {
namespace {

void inverted_residual(LayerChain& chain, const std::string& name, int expansion, int out_channels, int stride) {
  const int start = chain.last(), in_channels = chain.channels(), wide = expansion * in_channels;
  chain.add_normed(name + ".expand", LayerKind::kConv, wide).relu = true;
  chain.add_normed(name + ".depthwise", LayerKind::kDepthwise, wide, 3, stride).relu = true;
  chain.add_normed(name + ".project", LayerKind::kConv, out_channels);
  if (stride != 1) return;
  const int projected = chain.last();
  int shortcut = start;
  if (in_channels != out_channels) {
    chain.add_normed(name + ".shortcut", LayerKind::kConv, out_channels).inputs = {start};
    shortcut = chain.last();
  }
  chain.add_sum(name + ".sum", projected, shortcut);
}

NetworkSpec mobilenet_v2(const ImageShape& input, int classes) {
  struct Stage {
    int expansion, channels, blocks, stride;
  };
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 1},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  LayerChain chain(input, classes);
  chain.add_normed("stem", LayerKind::kConv, 32, 3).relu = true;
  int number = 0;
  for (const Stage& stage : kStages)
    for (int block = 0; block < stage.blocks; ++block)
      inverted_residual(chain, text("block", number++), stage.expansion, stage.channels, block == 0 ? stage.stride : 1);
  chain.add_normed("head", LayerKind::kConv, 1280).relu = true;
  return std::move(chain).finish();
}

void residual_block(LayerChain& chain, const std::string& name, int channels, int stride) {
  const int start = chain.last();
  chain.add_normed(name + ".conv1", LayerKind::kConv, channels, 3, stride).relu = true;
  chain.add_normed(name + ".conv2", LayerKind::kConv, channels, 3);
  const int end = chain.last();
  int shortcut = start;
  if (stride != 1) {
    LayerSpec& projection = chain.add(name + ".shortcut", LayerKind::kConv, channels, 1, stride);
    projection.inputs = {start};
    projection.bias = true;
    shortcut = chain.last();
  }
  chain.add_sum(name + ".sum", end, shortcut).relu = true;
}

NetworkSpec resnet8(const ImageShape& input, int classes) {
  LayerChain chain(input, classes);
  chain.add_normed("stem", LayerKind::kConv, 16, 3).relu = true;
  residual_block(chain, "block0", 16, 1);
  residual_block(chain, "block1", 32, 2);
  residual_block(chain, "block2", 64, 2);
  return std::move(chain).finish();
}

struct Entry {
  const char* name;
  NetworkSpec (*build)(const ImageShape& input, int classes);
};
constexpr Entry kNetworks[] = {{"mobilenetv2", mobilenet_v2}, {"resnet8", resnet8}};

const Entry* find(const std::string& name) {
  const auto* found =
      std::find_if(std::begin(kNetworks), std::end(kNetworks), [&](const Entry& entry) { return name == entry.name; });
  return found == std::end(kNetworks) ? nullptr : found;
}

}  // namespace

std::string network_names() {
  std::string names;
  for (const Entry& entry : kNetworks) names += (names.empty() ? "" : ", ") + std::string(entry.name);
  return names;
}

bool is_network_name(const std::string& text) { return find(text) != nullptr; }

NetworkSpec named_network(const std::string& name, const ImageShape& input, int classes) {
  const Entry* entry = find(name);
  if (entry == nullptr) throw ConfigError(text("there is no network '", name, "'; there are: ", network_names()));
  return entry->build(input, classes);
}

}  // namespace mininas
