// Small changes of graphs, for methods that evolve them.
#pragma once
#include "core/rng.h"
#include "search/space/graph.h"
#include "search/space/random_graph.h"

namespace mininas {

// A graph that differs from `graph` in one decision, all kinds equally likely: a node's kernel, its channels, standard
// or separable convolution, one input of a node, a convolution more or one less. Kernels and channels are those of
// `limits`; the inputs of every sum still have one shape, and no way halves the image more often than the limits say
// or than before. Ids of nodes that stay are kept, as weights are inherited by them. Returns the graph itself if none
// of kMaxMutationDraws draws can be.
constexpr int kMaxMutationDraws = 200;
Graph mutate(const Graph& graph, const RandomGraphLimits& limits, Rng& rng);

}  // namespace mininas
