#include "nn/weights/net2net.h"

#include <algorithm>

namespace mininas {

ChannelMap replicated_channels(int old_count, int new_count, Rng& rng) {
  ChannelMap map = all_channels(old_count);
  while (static_cast<int>(map.size()) < new_count)
    map.push_back(static_cast<int>(rng.below(static_cast<uint32_t>(old_count))));
  return map;
}

void replicate_outputs(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh) {
  const int in = static_cast<int>(old.weight.value.shape().c);
  inherit_conv(old.weight.value, all_channels(in), channels, fresh.weight.value);
  if (old.gamma.exists()) inherit_norm(old, channels, fresh);
  if (old.bias.exists()) inherit_bias(old, channels, fresh);
}

void replicate_inputs(const Tensor& old, const ChannelMap& channels, Tensor& fresh) {
  const Shape s = fresh.shape();
  inherit_conv(old, channels, all_channels(static_cast<int>(s.n)), fresh);
  for (int64_t c = 0; c < s.c; ++c) {
    const auto copies = std::count(channels.begin(), channels.end(), channels[static_cast<size_t>(c)]);
    const float share = 1.0f / static_cast<float>(copies);
    for (int64_t i = 0; i < s.pixels(); ++i) fresh.data()[i * s.c + c] *= share;
  }
}

void set_identity_layer(const Tensor& input, LayerWeights& layer) {
  set_identity_conv(layer.weight.value);
  const std::vector<float> nothing(static_cast<size_t>(input.shape().c), 0.0f);
  set_identity_norm(channel_moments(input), nothing, layer);
}

}  // namespace mininas
