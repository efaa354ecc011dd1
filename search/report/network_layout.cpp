#include "search/report/network_layout.h"

#include <algorithm>

namespace mininas {
namespace {

// Repeatedly finds the longest path through nodes that have no lane yet and gives it one. Then it gives lanes to the
// routes that are not part of such paths.
class Layout {
 public:
  explicit Layout(const std::vector<std::vector<int>>& inputs) : inputs_(inputs), readers_(inputs.size()) {
    for (size_t node = 0; node < inputs.size(); ++node)
      for (const int input : inputs[node])
        if (std::vector<int>& all = readers_[static_cast<size_t>(input)];
            all.empty() || all.back() != static_cast<int>(node))
          all.push_back(static_cast<int>(node));
    result_.lanes.assign(inputs.size(), kNone);
  }

  NetworkLayout run() {
    for (std::vector<int> path = longest_path(); !path.empty(); path = longest_path()) give_lane(path);
    for (size_t node = 0; node < inputs_.size(); ++node)
      for (const int reader : readers_[node])
        if (!has_route(static_cast<int>(node), reader)) add_direct_route(static_cast<int>(node), reader);
    result_.lane_count = static_cast<int>(taken_.size());
    return result_;
  }

 private:
  static constexpr int kNone = -1;

  int lane(int node) const { return result_.lanes[static_cast<size_t>(node)]; }

  // The longest path through nodes without a lane.
  std::vector<int> longest_path() const {
    std::vector<int> length(inputs_.size(), 0), before(inputs_.size(), kNone);
    int end = kNone;
    for (size_t node = 0; node < inputs_.size(); ++node) {
      if (lane(static_cast<int>(node)) != kNone) continue;
      length[node] = 1;
      for (const int input : inputs_[node]) {
        const int through = length[static_cast<size_t>(input)] + 1;
        if (lane(input) != kNone || through <= length[node]) continue;
        length[node] = through;
        before[node] = input;
      }
      if (end == kNone || length[node] >= length[static_cast<size_t>(end)]) end = static_cast<int>(node);
    }
    std::vector<int> path;
    for (int node = end; node != kNone; node = before[static_cast<size_t>(node)]) path.insert(path.begin(), node);
    return path;
  }

  // Gives a lane to a path, and to the routes that lead to it and away from it.
  void give_lane(const std::vector<int>& path) {
    const std::vector<int>& sources = inputs_[static_cast<size_t>(path.front())];
    const std::vector<int>& readers = readers_[static_cast<size_t>(path.back())];
    const int entrance = sources.empty() ? kNone : *std::max_element(sources.begin(), sources.end());
    const int exit = readers.empty() ? kNone : readers.front();
    const int lane = free_lane(entrance == kNone ? path.front() : entrance + 1, exit == kNone ? path.back() : exit - 1);
    for (const int node : path) result_.lanes[static_cast<size_t>(node)] = lane;
    for (size_t i = 1; i < path.size(); ++i) result_.routes.push_back({path[i - 1], path[i], lane});
    if (entrance != kNone) result_.routes.push_back({entrance, path.front(), lane});
    if (exit != kNone) result_.routes.push_back({path.back(), exit, lane});
  }

  bool has_route(int from, int to) const {
    return std::any_of(result_.routes.begin(), result_.routes.end(),
                       [&](const Route& route) { return route.from == from && route.to == to; });
  }

  void add_direct_route(int from, int to) {
    // Neighbours are connected directly.
    const int on = from + 1 == to ? lane(to) : free_lane(from + 1, to - 1);
    result_.routes.push_back({from, to, on});
  }

  // Reserves the lowest lane that is free at the nodes from first to last, and returns it.
  int free_lane(int first, int last) {
    for (size_t lane = 0;; ++lane) {
      if (lane == taken_.size()) taken_.emplace_back(inputs_.size(), false);
      const auto begin = taken_[lane].begin() + first, end = taken_[lane].begin() + last + 1;
      if (std::find(begin, end, true) != end) continue;
      std::fill(begin, end, true);
      return static_cast<int>(lane);
    }
  }

  const std::vector<std::vector<int>>& inputs_;
  std::vector<std::vector<int>> readers_;
  NetworkLayout result_;
  std::vector<std::vector<bool>> taken_;  // [lane][node]
};

}  // namespace

NetworkLayout lay_out_network(const std::vector<std::vector<int>>& inputs) { return Layout(inputs).run(); }

}  // namespace mininas
