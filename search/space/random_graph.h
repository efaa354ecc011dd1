// Random graphs: convolutions of all kinds with strides, branches, sums of branches, ReLUs of their own. For tests of
// everything that takes any graph, and as a start for methods that search graphs. No distribution is meant: what is
// meant is that everything occurs.
#pragma once
#include <vector>

#include "core/rng.h"
#include "search/space/graph.h"

namespace mininas {

struct RandomGraphLimits {
  int min_nodes = 1, max_nodes = 12;  // drawn; convolutions that make the inputs of sums equal come on top
  std::vector<int> channels = {8, 16, 24};
  std::vector<int> kernels = {1, 3, 5};
  int halvings = 2;  // of the image, at most, on any way
};

// A graph whose shapes fit each other for any image, because inputs of sums go through a 1x1 convolution where their
// channels or their sizes differ. Every node that was drawn is in it: the last node sums what nothing else reads.
// Requires limits of which each could be drawn: at least one node, one number of channels, one kernel.
Graph random_graph(const RandomGraphLimits& limits, Rng& rng);

}  // namespace mininas
