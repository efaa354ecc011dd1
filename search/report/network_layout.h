// The positions of a network's layers in its drawing: from left to right in the order of execution. The longest path
// from the image to the output is on the lowest lane, branches and skip connections are on lanes above it. Works with
// indices alone; search/report/report_drawing.cpp draws.
#pragma once
#include <vector>

namespace mininas {

// The line of a tensor: it leaves the lane of `from` directly after it, runs along `lane`, and enters the lane of `to`
// directly before it.
struct Route {
  int from = 0, to = 0, lane = 0;
};

struct NetworkLayout {
  std::vector<int> lanes;  // of each node
  std::vector<Route> routes;
  int lane_count = 1;
};

// `inputs` has for each node the earlier nodes that it reads. Node 0 is the image and reads none; every other node
// reads at least one. At each node, a lane has either the node itself or one passing route.
NetworkLayout lay_out_network(const std::vector<std::vector<int>>& inputs);

}  // namespace mininas
