// Where the layers of a network stand in its drawing: from left to right in the order of execution, the longest path
// from the image to the output on the lowest lane, branches and skip connections on lanes above it. Knows
// numbers only; search/report/report_drawing.cpp draws.
#pragma once
#include <vector>

namespace mininas {

// The line of a tensor: it leaves the lane of `from` right behind it, runs on `lane`, and turns to the lane of `to`
// right before it.
struct Route {
  int from = 0, to = 0, lane = 0;
};

struct NetworkLayout {
  std::vector<int> lanes;  // of each node
  std::vector<Route> routes;
  int lane_count = 1;
};

// `inputs`: for each node the earlier nodes that it reads; node 0, the image, reads none, and every other one reads
// some. On one lane there is at each node either the node itself or one route that passes.
NetworkLayout lay_out_network(const std::vector<std::vector<int>>& inputs);

}  // namespace mininas
