// The order in which a graph's nodes are listed: a function of the graph alone, not of the order or the names in which
// it came. Finding it means finding a canonical labelling. The method is the field's usual one (McKay, "Practical
// graph isomorphism", 1981), small because our graphs are:
//
//   1. Refinement: nodes get colours, at first by operation and distance from image and output, then again and again
//      by the colours of their inputs and readers, until no colour splits any more (Weisfeiler and Leman).
//   2. Ties: as long as nodes share a colour, one of the first tied ones gets a colour of its own, and refinement goes
//      on. Each of them is tried. Two that lead to the same graph are exchanged by a symmetry, and one of them
//      suffices; of those that differ, the one with the lexicographically least graph wins.
//   3. With all colours different, nodes are listed as a walk from the output backwards reaches them, each behind its
//      inputs: branch after branch.
//
// Step 2 can take exponential time only for graphs that look alike everywhere without being symmetric; beyond
// kMostOrderingWork the first tied node is taken without trying the others.
#pragma once
#include <cstdint>
#include <vector>

namespace mininas {

constexpr int kImageIndex = -1;

// A node as numbers. Equal operations have equal `operation`.
struct OrderedNode {
  int operation = 0;
  bool any_order = false;   // exchanging its inputs changes nothing
  std::vector<int> inputs;  // indices of nodes, or kImageIndex
};

// Colours computed, of one node each: about a second's work.
constexpr int64_t kMostOrderingWork = 1'000'000;

// Indices of all nodes in the order described. Requires an acyclic graph of which every node leads to `output`. Of
// nodes that a symmetry exchanges, the one with the smaller index comes first.
std::vector<int> listing_order(const std::vector<OrderedNode>& nodes, int output);

}  // namespace mininas
