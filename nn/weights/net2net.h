// Net2Net (Chen, Goodfellow, Shlens: "Net2Net: Accelerating Learning via Knowledge Transfer", ICLR 2016) as EAS uses
// it: a layer becomes wider by channels that copy others, and the layers that read them share what these weigh; or a
// layer that changes nothing is inserted. Behind the norms' running statistics, the network computes what it computed
// before, but for rounding.
#pragma once
#include "core/rng.h"
#include "nn/weights/morphism.h"

namespace mininas {

// The old channels in order, then copies of channels drawn at random.
ChannelMap replicated_channels(int old_count, int new_count, Rng& rng);

// Weights, norm and bias of a layer whose output channels copy those of `old`. `fresh` has the new shape.
void replicate_outputs(const LayerWeights& old, const ChannelMap& channels, LayerWeights& fresh);
// Weights [oc,k,k,c] of a layer that reads the copies: each is worth its share of the channel that it copies. A kernel
// may also be a map that a linear layer reads, pixel by pixel.
void replicate_inputs(const Tensor& old, const ChannelMap& channels, Tensor& fresh);

// A convolution with a norm that passes on what it reads. `input`: what it will read, behind the ReLU, for some images.
void set_identity_layer(const Tensor& input, LayerWeights& layer);

}  // namespace mininas
