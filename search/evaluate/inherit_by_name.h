// Inheritance by name: a network begins with the weights of another network's layers of the same names. Graphs name
// their layers by the ids of their nodes, and ids survive a change of the graph, so that a changed graph's network
// inherits all that the change left alone.
//
//   a layer of the same name and kind, and   begins with
//   the same shape                           that layer's weights and norm
//   more channels                            the same, the new ones as drawn; they add nothing to layers that read them
//   fewer channels                           those of largest gamma
//   a larger kernel, a smaller one           the same, padded with zeros; its middle
//   another input that has other channels    weights as drawn
//
// Everything else is as drawn. (Large-scale Evolution inherits the first row alone; the others come after Net2Net.)
#pragma once
#include "nn/train/network.h"

namespace mininas {

// Overwrites `child`, freshly drawn, with what it inherits.
void inherit_by_name(Network& child, const Network& parent);

}  // namespace mininas
