#include "search/evaluate/inherit_by_name.h"

#include <optional>
#include <string>
#include <unordered_map>

#include "nn/layers/operations.h"
#include "nn/weights/morphism.h"

namespace mininas {
namespace {

constexpr int kNone = -2;  // kImage is -1

class Inheritance {
 public:
  Inheritance(Network& child, const Network& parent) : child_(child), parent_(parent) {
    for (int i = 0; i < parent.spec().size(); ++i) places_[parent.spec().layer(i).name] = i;
  }

  void run() {
    for (int i = 0; i < child_.spec().size(); ++i) channels_.push_back(inherit(i));
  }

 private:
  // Gives a layer its weights. Returns for each of its output channels the parent's channel that it inherits from, if
  // there is one.
  ChannelMap inherit(int index) {
    const LayerSpec& layer = child_.spec().layer(index);
    const int old = partner(index);
    if (old == kNone) return all_channels(layer.out_channels);
    const auto in = map_of_input(index, old);
    if (!in) return first_channels(layer.out_channels, parent_.spec().layer(old).out_channels);
    if (!traits_of(layer).has_weights) return *in;
    const LayerWeights& from = parent_.layers()[static_cast<size_t>(old)];
    LayerWeights& to = child_.layers()[static_cast<size_t>(index)];
    ChannelMap out = traits_of(layer).depthwise ? *in : map_of_output(layer, old);
    if (traits_of(layer).depthwise)
      inherit_depthwise(from.weight.value, out, to.weight.value);
    else
      inherit_conv(from.weight.value, *in, out, to.weight.value);
    if (from.gamma.exists() && to.gamma.exists()) inherit_norm(from, out, to);
    if (from.bias.exists() && to.bias.exists()) inherit_bias(from, out, to);
    return out;
  }

  // The parent's layer of the same name and kind; kNone if there is none.
  int partner(int index) const {
    const LayerSpec& layer = child_.spec().layer(index);
    const auto found = places_.find(layer.name);
    if (found == places_.end() || parent_.spec().layer(found->second).kind != layer.kind) return kNone;
    return found->second;
  }

  // The first channels of the parent's layer, followed by new ones.
  static ChannelMap first_channels(int count, int old_count) {
    ChannelMap map = all_channels(count);
    for (int& channel : map)
      if (channel >= old_count) channel = kNewChannel;
    return map;
  }

  ChannelMap map_of_output(const LayerSpec& layer, int old) const {
    const Parameter& gamma = parent_.layers()[static_cast<size_t>(old)].gamma;
    if (gamma.exists()) return select_channels(gamma.value, layer.out_channels);
    return first_channels(layer.out_channels, parent_.spec().layer(old).out_channels);
  }

  // If both layers read the same tensor: its channel map. If they read different tensors with equally many channels:
  // the map that identifies their channels.
  std::optional<ChannelMap> map_of_input(int index, int old) const {
    const int source = maker(child_.spec(), index), old_source = maker(parent_.spec(), old);
    if (source == kImage && old_source == kImage) return all_channels(child_.spec().input().channels);
    const bool same = source != kImage && old_source != kImage && partner(source) == old_source;
    if (same) return channels_[static_cast<size_t>(source)];
    const int channels = child_.spec().input_shape(index).channels;
    if (channels != parent_.spec().input_shape(old).channels) return std::nullopt;
    return all_channels(channels);
  }

  // The layer that computes the first input of `index`; ReLU layers in between are skipped.
  static int maker(const NetworkSpec& spec, int index) {
    int source = spec.layer(index).input();
    while (source != kImage && spec.layer(source).kind == LayerKind::kRelu) source = spec.layer(source).input();
    return source;
  }

  Network& child_;
  const Network& parent_;
  std::unordered_map<std::string, int> places_;  // index of the parent's layers
  std::vector<ChannelMap> channels_;             // of the child's layers so far
};

}  // namespace

void inherit_by_name(Network& child, const Network& parent) { Inheritance(child, parent).run(); }

}  // namespace mininas
