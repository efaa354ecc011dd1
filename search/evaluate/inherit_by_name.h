// Inheritance by name: a network starts with the weights of the layers of the same names in another network. The layers
// of a graph are named by the ids of its nodes, and ids survive a change of the graph. The network of a changed graph
// therefore inherits everything that the change left alone.
//
//   a layer of the same name and kind with    starts with
//   the same shape                            that layer's weights and norm
//   more channels                             the same; new channels stay random and do not affect their readers
//   fewer channels                            the channels with the largest gamma
//   a larger or a smaller kernel              the same, padded with zeros or cropped to the centre
//   an input with other channels              random weights
//
// All other layers stay random. (Large-scale Evolution inherits only layers of the same shape; the others follow
// Net2Net.)
#pragma once
#include "nn/train/network.h"

namespace mininas {

// Overwrites weights of `child`, which are freshly initialised, with those that it inherits.
void inherit_by_name(Network& child, const Network& parent);

}  // namespace mininas
