#include "search/space/graph_order.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"

namespace mininas {
namespace {

using Colours = std::vector<int>;  // [node], numbered from 0

struct Reader {
  int node, position;  // index among its inputs; 0 if their order does not matter
  auto operator<=>(const Reader&) const = default;
};

// A complete order, and the graph as numbers in that order. Equal codes are equal graphs.
struct Listing {
  std::vector<int> order, code;
};

class Ordering {
 public:
  Ordering(const std::vector<OrderedNode>& nodes, int output) : nodes_(nodes), output_(output), readers_(nodes.size()) {
    for (int node = 0; node < count(); ++node)
      for (size_t i = 0; i < at(node).inputs.size(); ++i)
        if (const int input = at(node).inputs[i]; input != kImageIndex)
          readers_[static_cast<size_t>(input)].push_back({node, at(node).any_order ? 0 : static_cast<int>(i)});
  }

  std::vector<int> run() { return least_listing(refined(first_colours())).order; }

 private:
  int count() const { return static_cast<int>(nodes_.size()); }
  const OrderedNode& at(int node) const { return nodes_[static_cast<size_t>(node)]; }
  const std::vector<Reader>& readers(int node) const { return readers_[static_cast<size_t>(node)]; }

  // The rank of each node's key among the different keys.
  Colours ranks(const std::vector<std::vector<int>>& keys) {
    work_ += count();
    std::vector<int> order(nodes_.size());
    std::iota(order.begin(), order.end(), 0);
    const auto key = [&](int node) -> const std::vector<int>& { return keys[static_cast<size_t>(node)]; };
    std::sort(order.begin(), order.end(), [&](int a, int b) { return key(a) < key(b); });
    Colours colours(nodes_.size());
    for (size_t i = 1, rank = 0; i < order.size(); ++i) {
      rank += key(order[i]) != key(order[i - 1]);
      colours[static_cast<size_t>(order[i])] = static_cast<int>(rank);
    }
    return colours;
  }

  static int different(const Colours& colours) { return 1 + *std::max_element(colours.begin(), colours.end()); }

  // Colours from the operation and the longest paths from the image and to the output.
  Colours first_colours() {
    std::vector<int> behind_image(nodes_.size()), before_output(nodes_.size());
    const std::vector<int> order = walk(Colours(nodes_.size()));
    for (const int node : order)
      for (const int input : at(node).inputs)
        if (input != kImageIndex) {
          int& depth = behind_image[static_cast<size_t>(node)];
          depth = std::max(depth, behind_image[static_cast<size_t>(input)] + 1);
        }
    for (auto node = order.rbegin(); node != order.rend(); ++node)
      for (const Reader& reader : readers(*node)) {
        int& depth = before_output[static_cast<size_t>(*node)];
        depth = std::max(depth, before_output[static_cast<size_t>(reader.node)] + 1);
      }
    std::vector<std::vector<int>> keys;
    for (size_t i = 0; i < nodes_.size(); ++i) keys.push_back({behind_image[i], before_output[i], nodes_[i].operation});
    return ranks(keys);
  }

  std::vector<int> input_colours(int node, const Colours& colours) const {
    std::vector<int> all;
    for (const int input : at(node).inputs)
      all.push_back(input == kImageIndex ? kImageIndex : colours[static_cast<size_t>(input)]);
    if (at(node).any_order) std::sort(all.begin(), all.end());
    return all;
  }

  // The key of a node's next colour: its own colour, those of its inputs, those of its readers.
  std::vector<int> key_of(int node, const Colours& colours) const {
    constexpr int kEndOfInputs = -2;
    std::vector<int> key = {colours[static_cast<size_t>(node)]};
    for (const int colour : input_colours(node, colours)) key.push_back(colour);
    key.push_back(kEndOfInputs);
    std::vector<std::pair<int, int>> reading;
    for (const Reader& reader : readers(node))
      reading.emplace_back(colours[static_cast<size_t>(reader.node)], reader.position);
    std::sort(reading.begin(), reading.end());
    for (const auto& [colour, position] : reading) key.insert(key.end(), {colour, position});
    return key;
  }

  Colours refined(Colours colours) {
    for (;;) {
      std::vector<std::vector<int>> keys;
      for (int node = 0; node < count(); ++node) keys.push_back(key_of(node, colours));
      Colours finer = ranks(keys);
      if (different(finer) == different(colours)) return finer;
      colours = std::move(finer);
    }
  }

  // Gives `node` a colour of its own, before all others of its colour.
  Colours singled_out(Colours colours, int node) {
    for (int& colour : colours) colour = 2 * colour + 1;
    --colours[static_cast<size_t>(node)];
    std::vector<std::vector<int>> keys;
    for (const int colour : colours) keys.push_back({colour});
    return refined(ranks(keys));
  }

  // The nodes of the first colour that several nodes share; empty if all colours differ.
  static std::vector<int> first_tie(const Colours& colours) {
    std::vector<std::vector<int>> nodes_of(colours.size());
    for (size_t node = 0; node < colours.size(); ++node)
      nodes_of[static_cast<size_t>(colours[node])].push_back(static_cast<int>(node));
    for (const std::vector<int>& nodes : nodes_of)
      if (nodes.size() > 1) return nodes;
    return {};
  }

  // Lists each node after its inputs; of the inputs of a sum, those of smaller colour come first.
  std::vector<int> walk(const Colours& colours) const {
    std::vector<int> order;
    std::vector<bool> seen(nodes_.size());
    visit(output_, colours, seen, order);
    return order;
  }

  void visit(int node, const Colours& colours, std::vector<bool>& seen, std::vector<int>& order) const {
    if (node == kImageIndex || seen[static_cast<size_t>(node)]) return;
    seen[static_cast<size_t>(node)] = true;
    std::vector<int> inputs = at(node).inputs;
    if (at(node).any_order)
      std::stable_sort(inputs.begin(), inputs.end(), [&](int a, int b) { return rank(a, colours) < rank(b, colours); });
    for (const int input : inputs) visit(input, colours, seen, order);
    order.push_back(node);
  }

  static int rank(int node, const Colours& colours) {
    return node == kImageIndex ? kImageIndex : colours[static_cast<size_t>(node)];
  }

  Listing listing(const Colours& colours) const {
    Listing result{walk(colours), {}};
    std::vector<int> place(nodes_.size());
    for (size_t i = 0; i < result.order.size(); ++i) place[static_cast<size_t>(result.order[i])] = static_cast<int>(i);
    for (const int node : result.order) {
      result.code.insert(result.code.end(), {at(node).operation, static_cast<int>(at(node).inputs.size())});
      for (const int input : input_colours(node, place)) result.code.push_back(input);
    }
    return result;
  }

  // A listing with ties broken by index.
  Listing any_listing(Colours colours) {
    for (;;) {
      const std::vector<int> tied = first_tie(colours);
      if (tied.empty()) return listing(colours);
      colours = singled_out(std::move(colours), tied[0]);
    }
  }

  // The graph and the colours of its nodes as numbers, in an order that follows from the `finer` colours.
  std::vector<int> written(const Colours& finer, const Colours& colours) {
    Listing listing = any_listing(finer);
    for (const int node : listing.order) listing.code.push_back(colours[static_cast<size_t>(node)]);
    return listing.code;
  }

  // Whether replacing each node n by exchange[n] changes neither the graph nor the colours.
  bool is_symmetry(const std::vector<int>& exchange, const Colours& colours) const {
    const std::vector<int> unchanged = identity();
    for (int node = 0; node < count(); ++node) {
      const int other = exchange[static_cast<size_t>(node)];
      if (exchange[static_cast<size_t>(other)] != node) return false;
      if (colours[static_cast<size_t>(node)] != colours[static_cast<size_t>(other)]) return false;
      if (input_colours(node, exchange) != input_colours(other, unchanged)) return false;
    }
    return true;
  }

  std::vector<int> identity() const {
    std::vector<int> all(nodes_.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
  }

  // The permutation that maps each node with a unique colour in `a` to the node with that colour in `b`.
  std::vector<int> exchange_of(const Colours& a, const Colours& b) const {
    const std::vector<int> alone_in_a = alone(a), alone_in_b = alone(b);
    std::vector<int> exchange = identity();
    for (size_t colour = 0; colour < nodes_.size(); ++colour)
      if (alone_in_a[colour] >= 0 && alone_in_b[colour] >= 0) {
        exchange[static_cast<size_t>(alone_in_a[colour])] = alone_in_b[colour];
        exchange[static_cast<size_t>(alone_in_b[colour])] = alone_in_a[colour];
      }
    return exchange;
  }

  // [colour]: the only node with that colour; -1 if there are none or several.
  static std::vector<int> alone(const Colours& colours) {
    std::vector<int> nodes(colours.size(), -1), counts(colours.size(), 0);
    for (size_t node = 0; node < colours.size(); ++node) {
      nodes[static_cast<size_t>(colours[node])] = static_cast<int>(node);
      ++counts[static_cast<size_t>(colours[node])];
    }
    for (size_t colour = 0; colour < colours.size(); ++colour)
      if (counts[colour] != 1) nodes[colour] = -1;
    return nodes;
  }

  // For each different graph that the tied nodes lead to, one of these nodes, with a colour of its own. The cheapest
  // test for two nodes that lead to the same graph is the symmetry that exchanges them and their neighbourhoods; if it
  // fails, both graphs are written and compared.
  std::vector<Colours> choices(const Colours& colours, const std::vector<int>& tied) {
    std::vector<Colours> chosen;
    for (const int node : tied) {
      if (!chosen.empty() && work_ > kMaxOrderingWork) break;
      Colours next = singled_out(colours, node);
      const auto same = [&](const Colours& other) {
        return is_symmetry(exchange_of(other, next), colours) || written(other, colours) == written(next, colours);
      };
      if (std::none_of(chosen.begin(), chosen.end(), same)) chosen.push_back(std::move(next));
    }
    return chosen;
  }

  Listing least_listing(const Colours& colours) {
    const std::vector<int> tied = first_tie(colours);
    if (tied.empty()) return listing(colours);
    Listing least;
    for (const Colours& choice : choices(colours, tied)) {
      if (!least.order.empty() && work_ > kMaxOrderingWork) break;
      Listing next = least_listing(choice);
      if (least.order.empty() || next.code < least.code) least = std::move(next);
    }
    return least;
  }

  const std::vector<OrderedNode>& nodes_;
  const int output_;
  std::vector<std::vector<Reader>> readers_;
  int64_t work_ = 0;
};

}  // namespace

std::vector<int> listing_order(const std::vector<OrderedNode>& nodes, int output) {
  std::vector<int> order = Ordering(nodes, output).run();
  MN_CHECK(order.size() == nodes.size(), order.size(), " of ", nodes.size(), " nodes lead to the output");
  return order;
}

}  // namespace mininas
