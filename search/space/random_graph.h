// Random graphs: all kinds of convolutions with strides, branches, sums of branches, separate ReLUs. For tests of all
// code that takes any graph, for random search, and as initial networks of methods that search graphs. They are not
// drawn from a particular distribution, but every feature occurs.
#pragma once
#include <vector>

#include "core/options.h"
#include "core/rng.h"
#include "search/space/graph.h"

namespace mininas {

struct RandomGraphLimits {
  int min_nodes = 1, max_nodes = 12;  // nodes that are drawn; convolutions that make the inputs of sums fit are added
  std::vector<int> channels = {8, 16, 24};
  std::vector<int> kernels = {1, 3, 5};
  int halvings = 2;  // largest number of strides of 2 on any path
};

OptionFields option_fields(RandomGraphLimits& limits);
// Throws ConfigError with the field and its rule.
void validate(const RandomGraphLimits& limits);

// Draws a graph whose shapes fit each other for any image: an input of a sum passes through a 1x1 convolution if its
// channels or its size differ. Every node that was drawn is used: the last node sums all outputs that no other node
// reads. Requires valid limits.
Graph random_graph(const RandomGraphLimits& limits, Rng& rng);

}  // namespace mininas
