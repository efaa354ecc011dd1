// The modifiers of NASBOT: small changes that lead from one layered network to another (Kandasamy et al. 2018, table
// 5). First what each of them does where its random choices are made, then one that makes them. Rules are those of the
// authors' code: units change by an eighth, halves rounded away from zero.
#pragma once
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "core/rng.h"
#include "search/methods/nasbot/legality.h"

namespace mininas::nasbot {

using Edge = std::pair<int, int>;
// Nothing where the result would not be legal.
using Modified = std::optional<LayeredNetwork>;

// Convolutions and linear layers, in order.
std::vector<int> resizable_layers(const LayeredNetwork& network);
int resized_units(int units, bool increase);
// The resizable layers of part 1 ... `parts` of `parts` equal ones, rounded down.
std::vector<int> layers_of_part(const LayeredNetwork& network, int part, int parts);
// Into how many parts a network of this size is divided: none, {2}, {2, 4} or {2, 4, 8}.
std::vector<int> divisions(const LayeredNetwork& network);
Modified resized(const LayeredNetwork& network, const std::vector<int>& layers, bool increase);

// Another type in a layer's place; the stride stays, pools have none.
Modified swapped(const LayeredNetwork& network, int layer, const Layer& type);

// Units of a layer that is wedged in: the mean of the edge's ends, rounded down; an end without units is left out, or
// looked for further up.
int wedge_units(const LayeredNetwork& network, Edge edge);
Modified wedged(const LayeredNetwork& network, Edge edge, const Layer& layer);

// Whether a layer may be removed: it does some work, and a linear one stands behind others.
bool is_removable(const LayeredNetwork& network, int layer);
// Which layers halve the image in place of a layer that did: those that read it, otherwise those that it reads, if they
// are convolutions of stride 1, all of them.
std::vector<int> halving_instead(const LayeredNetwork& network, int layer);
// Edges that leave no neighbour of the layer without an end: neighbours that need one are paired at random, what is
// left is joined to any.
std::vector<Edge> bridging_edges(const LayeredNetwork& network, int layer, Rng& rng);
Modified removed(const LayeredNetwork& network, int layer, const std::vector<Edge>& bridges);

// Where a branch or a skip connection may begin: the nearer the input, the likelier. 0: not there.
std::vector<double> start_weights(const LayeredNetwork& network);
// A copy of a path's inner layers beside them, from its first to its last layer. Layers that halve the image and the
// first linear one are always copied, others where `keep` says so.
Modified branched(const LayeredNetwork& network, const std::vector<int>& path, const std::function<bool(int)>& keep);

// The layers that a skip connection from `start` may lead to: further on by at least two, and no larger.
std::vector<int> skip_ends(const LayeredNetwork& network, int start);
// A connection, with average pools in between where sizes differ.
Modified skipped(const LayeredNetwork& network, int start, int end);

// What the search space allows beyond what is legal; 0: no limit.
struct SpaceLimits {
  int min_layers = 5, max_layers = 60;
  int max_inputs = 5, max_readers = 55, max_edges = 200;
  int min_units = 8, max_units = 1024;
  int max_halvings = 0;

  bool allow(const LayeredNetwork& network) const;
};

// One random change to a member of the space; nothing where kMaxTries draws led to none. The kind is drawn by the
// authors' weights, as are the types of swapped and wedged layers.
constexpr int kMaxTries = 40;
Modified modified(const LayeredNetwork& network, const SpaceLimits& limits, Rng& rng);

}  // namespace mininas::nasbot
