#include "search/report/network_layout.h"

#include "tests/support/catch.h"

#include <algorithm>
#include <set>

#include "core/rng.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

using Inputs = std::vector<std::vector<int>>;

TEST_CASE("a chain is on one lane", "[search][report]") {
  const NetworkLayout layout = lay_out_network({{}, {0}, {1}, {2}});
  CHECK(layout.lane_count == 1);
  CHECK(layout.lanes == std::vector<int>(4, 0));
  CHECK(layout.routes.size() == 3);
}

TEST_CASE("of two branches the longer one stays on its lane, and the other one gets a lane above", "[search][report]") {
  // image, stem, short branch, two layers of the long branch, sum
  const NetworkLayout layout = lay_out_network({{}, {0}, {1}, {1}, {3}, {2, 4}});
  CHECK(layout.lanes == std::vector<int>{0, 0, 1, 0, 0, 0});
  CHECK(layout.lane_count == 2);
}

TEST_CASE("a direct way past other layers runs on a lane of its own", "[search][report]") {
  const NetworkLayout layout = lay_out_network({{}, {0}, {1}, {2}, {3, 1}});
  const auto direct =
      std::find_if(layout.routes.begin(), layout.routes.end(), [](const Route& r) { return r.from == 1 && r.to == 4; });
  REQUIRE(direct != layout.routes.end());
  CHECK(direct->lane == 1);
}

TEST_CASE("on a lane nothing runs through anything else, and every input has one route, in random networks",
          "[search][report]") {
  for (uint64_t seed = 0; seed < rounds(200); ++seed) {
    Rng rng(seed);
    Inputs inputs = {{}};
    for (int place = 1; place < 20; ++place) {
      std::vector<int> sources;
      for (uint32_t count = 1 + rng.below(3); count > 0; --count)
        sources.push_back(static_cast<int>(rng.below(static_cast<uint32_t>(place))));
      inputs.push_back(sources);
    }
    const NetworkLayout layout = lay_out_network(inputs);
    std::set<std::pair<int, int>> occupied, wanted, found;
    for (int place = 0; place < 20; ++place) {
      REQUIRE(layout.lanes[static_cast<size_t>(place)] >= 0);
      occupied.insert({layout.lanes[static_cast<size_t>(place)], place});
      for (const int input : inputs[static_cast<size_t>(place)]) wanted.insert({input, place});
    }
    for (const Route& route : layout.routes) {
      REQUIRE(found.insert({route.from, route.to}).second);
      REQUIRE(route.lane < layout.lane_count);
      for (int place = route.from + 1; place < route.to; ++place) {
        CAPTURE(seed, route.from, route.to, route.lane, place);
        REQUIRE(occupied.insert({route.lane, place}).second);
      }
    }
    REQUIRE(found == wanted);
  }
}
