// Morphisms: initial weights for a network of another shape, so that it computes the same as an old network, exactly or
// nearly (after Net2Net and NASH). These functions work on single tensors; the callers in search/evaluate decide which
// layer inherits from which.
//   exact (except for rounding)  more channels, a larger kernel, depthwise and pointwise composed to one convolution,
//                                an identity inserted
//   approximate                  fewer channels, a smaller kernel
#pragma once
#include <vector>

#include "nn/train/network.h"

namespace mininas {

// For each channel of the new tensor: the old channel that it inherits from, or kNewChannel.
using ChannelMap = std::vector<int>;
constexpr int kNewChannel = -1;

ChannelMap all_channels(int count);  // 0, 1, ... count - 1
// Selects `count` channels of a layer with this gamma, in their old order. If there are fewer than before, those with
// the largest |gamma| stay (the first of equals), since the norm scales the others to little. If there are more, new
// ones follow the old ones.
ChannelMap select_channels(const Tensor& gamma, int count);

// Weights [oc,k,k,c] of a standard, pointwise or linear layer. Kernels are aligned at their centres: a larger one is
// padded with zeros, a smaller one is cropped. A new output channel keeps the values of `fresh`; a new input channel
// gets zeros, so that it changes nothing at first.
void inherit_conv(const Tensor& old, const ChannelMap& in, const ChannelMap& out, Tensor& fresh);
// The same for weights [1,k,k,c]; a new channel keeps the values of `fresh`.
void inherit_depthwise(const Tensor& old, const ChannelMap& channels, Tensor& fresh);
void inherit_bias(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh);
// Gamma, beta and running statistics; a new channel keeps those of `fresh`.
void inherit_norm(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh);

// The convolution [oc,k,k,c] that equals the depthwise convolution [1,k,k,c] followed by the pointwise one [oc,1,1,c].
Tensor composed(const Tensor& depthwise, const Tensor& pointwise);

// Scales the weights of each output channel to the Euclidean length that they have in `fresh`, and the running
// statistics such that the output of the norm does not change. The norm cancels the length of weights, but their
// gradients grow as they shrink: composed weights, which are products, would learn several times too fast. A channel of
// zeros stays.
void match_lengths(const Tensor& fresh, LayerWeights& layer);

// Makes a convolution the identity: 1 at the centre tap of each channel. Requires [oc,k,k,c] with oc == c.
void set_identity_conv(Tensor& weight);
void set_identity_depthwise(Tensor& weight);

// Makes a norm pass on an input with these moments unchanged, less `shift`, channel by channel: the running statistics
// are the moments, and gamma and beta undo them. In training it holds nearly, if the batch statistics are near the
// moments.
struct ChannelMoments {
  std::vector<double> mean, variance;
};
ChannelMoments channel_moments(const Tensor& x);  // over images and pixels
void set_identity_norm(const ChannelMoments& input, const std::vector<float>& shift, LayerWeights& norm);

}  // namespace mininas
