#include "search/evaluate/inherit_chain.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "nn/quant/fold.h"
#include "nn/weights/morphism.h"
#include "search/space/build.h"

namespace mininas {
namespace {

constexpr int kInserted = -1;

// The position of a searched layer in the network: one layer, or a depthwise layer and the pointwise one after it.
struct LayerRange {
  size_t first, last;
  bool separable() const { return first != last; }
};

std::vector<LayerRange> layer_ranges(const Chain& a) {
  std::vector<LayerRange> ranges;
  size_t next = 1;  // after the stem
  for (const SearchedLayer& layer : a.layers) {
    const size_t last = next + (layer.operation == Operation::kSeparable ? 1 : 0);
    ranges.push_back({next, last});
    next = last + 1;
  }
  return ranges;
}

// Tracks the channels from layer to layer: which channel of the parent each channel of the child inherits from.
class Inheritance {
 public:
  Inheritance(Network& child, const Chain& chain, const Network& parent, const Chain& parent_chain)
      : child_(child),
        parent_(parent),
        sources_(inherited_layers(chain, parent_chain)),
        ranges_(layer_ranges(chain)),
        parent_ranges_(layer_ranges(parent_chain)),
        channels_(all_channels(child.spec().input().channels)) {}

  void run() {
    inherit_normed_conv(parent_.layers()[0], parent_.layers()[0].weight.value, child_.layers()[0]);
    for (size_t i = 0; i < sources_.size(); ++i)
      if (sources_[i] == kInserted)
        insert(ranges_[i]);
      else
        inherit_layer(parent_ranges_[static_cast<size_t>(sources_[i])], ranges_[i]);
    LayerWeights& classifier = child_.layers().back();
    inherit_conv(parent_.layers().back().weight.value, channels_, all_channels(child_.spec().classes()),
                 classifier.weight.value);
    classifier.bias.value = parent_.layers().back().bias.value.clone();
  }

  // Called when all weights are set. The weights of the inserted layers are the identity already, whatever their input
  // is.
  void set_inserted_norms(const ImageSet& images) {
    const auto inserted = [](int source) { return source == kInserted; };
    if (std::none_of(sources_.begin(), sources_.end(), inserted)) return;
    const std::vector<float> shift = inserted(sources_.back()) ? raise_last_inherited() : std::vector<float>{};
    const auto outputs = folded_outputs(child_, fold_batch_norm(child_), {images.pixels.data(), images.count()});
    for (size_t i = 0; i < sources_.size(); ++i) {
      if (!inserted(sources_[i])) continue;
      const auto input = static_cast<size_t>(child_.spec().layers()[ranges_[i].first].input());
      LayerWeights& norm = child_.layers()[ranges_[i].last];
      const std::vector<float> none(static_cast<size_t>(norm.gamma.value.size()));
      set_identity_norm(channel_moments(outputs[input]), i + 1 == sources_.size() ? shift : none, norm);
    }
  }

 private:
  // `from` has the norm of the parent; `weight` are its weights, which may be composed.
  void inherit_normed_conv(const LayerWeights& from, const Tensor& weight, LayerWeights& to) {
    const ChannelMap out = select_channels(from.gamma.value, static_cast<int>(to.gamma.value.size()));
    inherit_conv(weight, channels_, out, to.weight.value);
    inherit_norm(from, out, to);
    channels_ = out;
  }

  void inherit_layer(const LayerRange& from, const LayerRange& to) {
    const auto& old = parent_.layers();
    auto& fresh = child_.layers();
    if (from.separable() && to.separable())
      inherit_depthwise(old[from.first].weight.value, channels_, fresh[to.first].weight.value);
    if (from.separable() == to.separable()) {
      inherit_normed_conv(old[from.last], old[from.last].weight.value, fresh[to.last]);
    } else if (from.separable()) {
      const Tensor drawn = fresh[to.last].weight.value.clone();
      inherit_normed_conv(old[from.last], composed(old[from.first].weight.value, old[from.last].weight.value),
                          fresh[to.last]);
      match_lengths(drawn, fresh[to.last]);
    } else {
      channels_ = select_channels(old[from.last].gamma.value, static_cast<int>(fresh[to.last].gamma.value.size()));
      inherit_norm(old[from.last], channels_, fresh[to.last]);
    }
  }

  void insert(const LayerRange& range) {
    if (range.separable()) set_identity_depthwise(child_.layers()[range.first].weight.value);
    LayerWeights& last = child_.layers()[range.last];
    set_identity_conv(last.weight.value);
    const auto channels = static_cast<size_t>(last.gamma.value.size());
    set_identity_norm({std::vector<double>(channels, 0.0), std::vector<double>(channels, 1.0)},
                      std::vector<float>(channels), last);
  }

  // The last inherited layer now gets a ReLU after it, which it did not have in the parent. This raises its output
  // above zero. The output of a norm has mean beta and deviation |gamma|.
  std::vector<float> raise_last_inherited() {
    size_t last = sources_.size() - 1;
    while (sources_[last] == kInserted) --last;
    LayerWeights& norm = child_.layers()[ranges_[last].last];
    std::vector<float> shift;
    for (int64_t c = 0; c < norm.gamma.value.size(); ++c) {
      float& beta = norm.beta.value.data()[c];
      shift.push_back(std::max(0.0f, kShiftDeviations * std::abs(norm.gamma.value.data()[c]) - beta));
      beta += shift.back();
    }
    return shift;
  }

  Network& child_;
  const Network& parent_;
  const std::vector<int> sources_;
  const std::vector<LayerRange> ranges_, parent_ranges_;
  ChannelMap channels_;  // of the next layer's input
};

}  // namespace

bool can_inherit(const Chain& child, const Chain& parent) {
  const auto own = stage_depths(child.depth()), old = stage_depths(parent.depth());
  return own[0] >= old[0] && own[1] >= old[1] && own[2] >= old[2];
}

std::vector<int> inherited_layers(const Chain& child, const Chain& parent) {
  MN_CHECK(can_inherit(child, parent), to_text(child), " cannot inherit from ", to_text(parent));
  const auto own = stage_depths(child.depth()), old = stage_depths(parent.depth());
  std::vector<int> sources;
  for (size_t stage = 0, first = 0; stage < own.size(); first += static_cast<size_t>(old[stage++])) {
    // The first layer of a stage, which changes the channels, stays the first. The last layer of the network, which has
    // no ReLU after it, stays the last unless it is also the first of its stage.
    const int at_end = stage == 2 && old[stage] > 1 ? 1 : 0;
    for (int i = 0; i < old[stage] - at_end; ++i) sources.push_back(static_cast<int>(first) + i);
    sources.insert(sources.end(), static_cast<size_t>(own[stage] - old[stage]), kInserted);
    if (at_end == 1) sources.push_back(parent.depth() - 1);
  }
  return sources;
}

void inherit_weights(Network& child, const Chain& chain, const Network& parent, const Chain& parent_chain,
                     const ImageSet& images) {
  Inheritance inheritance(child, chain, parent, parent_chain);
  inheritance.run();
  inheritance.set_inserted_norms(images);
}

}  // namespace mininas
