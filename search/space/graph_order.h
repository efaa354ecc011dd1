// The order of a graph's nodes as a function of the graph alone, not of the order or the ids in which it was given.
// This requires a canonical labelling. The method is the standard one (McKay, "Practical graph isomorphism", 1981), in
// a small form, since our graphs are small:
//
//   1. Refinement: nodes get colours, first by operation and distance from image and output, then repeatedly by the
//      colours of their inputs and readers, until no colour splits any more (Weisfeiler and Leman).
//   2. Ties: as long as nodes share a colour, one of the first tied nodes gets a colour of its own and refinement
//      continues. Each of them is tried. If two lead to the same graph, a symmetry exchanges them and one of them
//      suffices; of those that differ, the one with the lexicographically smallest graph is taken.
//   3. When all colours are different, nodes are listed in the order of a walk backwards from the output, each after
//      its inputs: branch after branch.
//
// Step 2 can take exponential time, but only for graphs that look alike everywhere without being symmetric. Beyond
// kMaxOrderingWork the first tied node is taken without trying the others.
#pragma once
#include <cstdint>
#include <vector>

namespace mininas {

constexpr int kImageIndex = -1;

// A node as numbers. Equal operations have equal `operation`.
struct OrderedNode {
  int operation = 0;
  bool any_order = false;   // the order of its inputs does not matter
  std::vector<int> inputs;  // indices of nodes, or kImageIndex
};

// Number of computed colours, each of one node: about one second of work.
constexpr int64_t kMaxOrderingWork = 1'000'000;

// Indices of all nodes in the order described above. Requires an acyclic graph in which every node leads to `output`.
// Of nodes that a symmetry exchanges, the one with the smaller index comes first.
std::vector<int> listing_order(const std::vector<OrderedNode>& nodes, int output);

}  // namespace mininas
