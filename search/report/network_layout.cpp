#include "search/report/network_layout.h"

#include <algorithm>

namespace mininas {
namespace {

// Takes the longest way through what has no lane yet, gives it a lane, and goes on until nothing is left; then gives
// lanes to the routes that are no part of such ways.
class Layout {
 public:
  explicit Layout(const std::vector<std::vector<int>>& inputs) : inputs_(inputs), readers_(inputs.size()) {
    for (size_t place = 0; place < inputs.size(); ++place)
      for (const int input : inputs[place])
        if (std::vector<int>& all = readers_[static_cast<size_t>(input)];
            all.empty() || all.back() != static_cast<int>(place))
          all.push_back(static_cast<int>(place));
    result_.lanes.assign(inputs.size(), kNone);
  }

  NetworkLayout run() {
    for (std::vector<int> way = longest_way(); !way.empty(); way = longest_way()) settle(way);
    for (size_t place = 0; place < inputs_.size(); ++place)
      for (const int reader : readers_[place])
        if (!has_route(static_cast<int>(place), reader)) settle_direct(static_cast<int>(place), reader);
    result_.lane_count = static_cast<int>(taken_.size());
    return result_;
  }

 private:
  static constexpr int kNone = -1;

  int lane(int place) const { return result_.lanes[static_cast<size_t>(place)]; }

  // Through places without a lane.
  std::vector<int> longest_way() const {
    std::vector<int> length(inputs_.size(), 0), before(inputs_.size(), kNone);
    int end = kNone;
    for (size_t place = 0; place < inputs_.size(); ++place) {
      if (lane(static_cast<int>(place)) != kNone) continue;
      length[place] = 1;
      for (const int input : inputs_[place]) {
        const int through = length[static_cast<size_t>(input)] + 1;
        if (lane(input) != kNone || through <= length[place]) continue;
        length[place] = through;
        before[place] = input;
      }
      if (end == kNone || length[place] >= length[static_cast<size_t>(end)]) end = static_cast<int>(place);
    }
    std::vector<int> way;
    for (int place = end; place != kNone; place = before[static_cast<size_t>(place)]) way.insert(way.begin(), place);
    return way;
  }

  // Together with the route that leads to it and the one that leads away from it.
  void settle(const std::vector<int>& way) {
    const std::vector<int>& sources = inputs_[static_cast<size_t>(way.front())];
    const std::vector<int>& readers = readers_[static_cast<size_t>(way.back())];
    const int entrance = sources.empty() ? kNone : *std::max_element(sources.begin(), sources.end());
    const int exit = readers.empty() ? kNone : readers.front();
    const int lane = free_lane(entrance == kNone ? way.front() : entrance + 1, exit == kNone ? way.back() : exit - 1);
    for (const int place : way) result_.lanes[static_cast<size_t>(place)] = lane;
    for (size_t i = 1; i < way.size(); ++i) result_.routes.push_back({way[i - 1], way[i], lane});
    if (entrance != kNone) result_.routes.push_back({entrance, way.front(), lane});
    if (exit != kNone) result_.routes.push_back({way.back(), exit, lane});
  }

  bool has_route(int from, int to) const {
    return std::any_of(result_.routes.begin(), result_.routes.end(),
                       [&](const Route& route) { return route.from == from && route.to == to; });
  }

  void settle_direct(int from, int to) {
    // Neighbours are joined by one turn.
    const int on = from + 1 == to ? lane(to) : free_lane(from + 1, to - 1);
    result_.routes.push_back({from, to, on});
  }

  // The lowest lane on which nothing is at the places [first, last], which it takes.
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
  std::vector<std::vector<bool>> taken_;  // by lane, then by place
};

}  // namespace

NetworkLayout lay_out_network(const std::vector<std::vector<int>>& inputs) { return Layout(inputs).run(); }

}  // namespace mininas
