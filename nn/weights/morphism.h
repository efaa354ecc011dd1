// Morphisms: weights for a network of another shape that computes what an old one computes, exactly or nearly (after
// Net2Net and NASH). Here are the pieces, on single tensors; which layer inherits from which is the caller's knowledge
// (search/evaluate/warm_start.h). exact (but for rounding) more channels, a larger kernel, depthwise and pointwise
// composed to one convolution, an identity inserted near fewer channels, a smaller kernel
#pragma once
#include <vector>

#include "nn/train/network.h"

namespace mininas {

// For each channel of the new tensor the old channel that it continues, or kNewChannel.
using ChannelMap = std::vector<int>;
constexpr int kNewChannel = -1;

ChannelMap all_channels(int count);  // 0, 1, ... count - 1
// `count` channels of a layer with this gamma, in their old order. Fewer: those of largest |gamma|, the first of
// equals; a channel whose norm scales it to little is little missed. More: new ones behind the old.
ChannelMap select_channels(const Tensor& gamma, int count);

// Weights [oc,k,k,c] of a standard, pointwise or linear layer. Kernels share their centre: a larger one is padded with
// zeros, a smaller one cut out. A new output channel keeps the values of `fresh`; a new input channel gets zeros, so
// that it changes nothing at first.
void inherit_conv(const Tensor& old, const ChannelMap& in, const ChannelMap& out, Tensor& fresh);
// Weights [1,k,k,c]: the same; a new channel keeps the values of `fresh`.
void inherit_depthwise(const Tensor& old, const ChannelMap& channels, Tensor& fresh);
void inherit_bias(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh);
// Gamma, beta and running statistics; a new channel keeps those of `fresh`.
void inherit_norm(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh);

// The one convolution [oc,k,k,c] that does the work of [1,k,k,c] and then [oc,1,1,c].
Tensor composed(const Tensor& depthwise, const Tensor& pointwise);

// Multiplies each output channel's weights so that they are as long (in Euclid's sense) as those of `fresh`, and its
// running statistics so that nothing changes behind the norm. The norm hides the length of weights, but their gradients
// grow as they shrink: composed weights, which are products, would learn several times too fast. A channel of zeros
// stays.
void match_lengths(const Tensor& fresh, LayerWeights& layer);

// A convolution whose output is its input: 1 at the centre tap of each channel. For [oc,k,k,c] with oc == c.
void set_identity_conv(Tensor& weight);
void set_identity_depthwise(Tensor& weight);

// A norm that passes on what has this mean and this variance, channel by channel, less `shift`: running statistics as
// measured, gamma and beta their inverse. In training, with batch statistics near them, it does so nearly.
struct ChannelMoments {
  std::vector<double> mean, variance;
};
ChannelMoments channel_moments(const Tensor& x);  // over images and pixels
void set_identity_norm(const ChannelMoments& input, const std::vector<float>& shift, LayerWeights& norm);

}  // namespace mininas
