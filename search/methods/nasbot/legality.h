// Which layered networks are legal, and how large the image is in them (NASBOT's constraints, as its authors' code has
// them).
#pragma once
#include <optional>
#include <vector>

#include "search/methods/nasbot/layered_network.h"

namespace mininas::nasbot {

// In a halving's place where the image is gone: behind linear layers.
constexpr int kNoImage = -1;

// How often the image has been halved before and behind each layer.
struct Halvings {
  std::vector<int> before, behind;
};

bool halves(const Layer& layer);
// Nothing where a layer reads inputs of different sizes, or a convolution or pool reads no image.
std::optional<Halvings> halvings(const LayeredNetwork& network);

// `draft` with its layers in topological order, breadth first from the input, and its edges sorted, if it is legal:
//   * every layer is on a way from the input to the output; there are no cycles
//   * the input is read by convolutions alone, the output reads softmax layers alone
//   * sizes fit (halvings), and convolutions have units
// The layers of a draft may come in any order, but for the input, which is the first.
std::optional<LayeredNetwork> legal_network(const LayeredNetwork& draft);

}  // namespace mininas::nasbot
