// Random graphs: convolutions of all kinds with strides, branches, sums of branches, ReLUs of their own. For tests of
// everything that takes any graph, for random search, and as a start for methods that search graphs. No distribution is
// meant: what is meant is that everything occurs.
#pragma once
#include <vector>

#include "core/options.h"
#include "core/rng.h"
#include "search/space/graph.h"

namespace mininas {

struct RandomGraphLimits {
  int min_nodes = 1, max_nodes = 12;  // drawn; convolutions that make the inputs of sums equal come on top
  std::vector<int> channels = {8, 16, 24};
  std::vector<int> kernels = {1, 3, 5};
  int halvings = 2;  // of the image, at most, on any way
};

OptionFields option_fields(RandomGraphLimits& limits);
// Throws ConfigError with the field and its rule.
void validate(const RandomGraphLimits& limits);

// A graph whose shapes fit each other for any image, because inputs of sums go through a 1x1 convolution where their
// channels or their sizes differ. Every node that was drawn is in it: the last node sums what nothing else reads.
// Requires valid limits.
Graph random_graph(const RandomGraphLimits& limits, Rng& rng);

}  // namespace mininas
