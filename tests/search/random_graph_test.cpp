#include "search/space/random_graph.h"

#include <map>
#include <set>

#include "tests/support/catch.h"
#include "tests/support/rounds.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("a random graph is the same for the same seed and survives its text", "[search][graph]") {
  for (uint64_t seed = 0; seed < rounds(100); ++seed) {
    Rng first(seed), second(seed);
    const Graph graph = random_graph({}, first);
    REQUIRE(random_graph({}, second) == graph);
    REQUIRE(parse_graph(to_text(graph)) == graph);
  }
}

TEST_CASE("among random graphs every operation occurs, and branches, strides, sums of many and direct ways",
          "[search][graph]") {
  std::map<NodeKind, int> kinds;
  int strides = 0, plain = 0, bias = 0, read_twice = 0, wide_sums = 0, single_nodes = 0, from_image = 0;
  Rng rng(1);
  for (uint64_t i = 0; i < 200; ++i) {
    const Graph graph = random_graph({}, rng);
    single_nodes += graph.nodes().size() == 1;
    std::map<std::string, int> readers;
    for (const GraphNode& node : graph.nodes()) {
      ++kinds[node.operation.kind];
      strides += node.operation.stride > 1;
      plain += node.operation.plain;
      bias += node.operation.bias;
      wide_sums += node.inputs.size() > 2;
      for (const std::string& input : node.inputs) ++readers[input];
    }
    for (const auto& [id, count] : readers) read_twice += count > 1 && id != kImageId;
    from_image += readers[kImageId] > 1;
  }
  CHECK(kinds.size() == 5);
  for (const auto& [kind, count] : kinds) CHECK(count > 50);
  for (const int count : {strides, plain, bias, read_twice, wide_sums, single_nodes, from_image}) CHECK(count > 5);
}

TEST_CASE("a random graph keeps to its limits", "[search][graph]") {
  Rng rng(2);
  const RandomGraphLimits limits{30, 40, {4, 6}, {3}, 0};
  for (uint64_t i = 0; i < rounds(50); ++i) {
    const Graph graph = random_graph(limits, rng);
    CHECK(graph.nodes().size() >= 30);
    for (const GraphNode& node : graph.nodes()) {
      const NodeOperation& o = node.operation;
      CHECK(o.stride == 1);
      CHECK((o.channels == 0 || o.channels == 4 || o.channels == 6));
      CHECK((o.kernel == 1 || o.kernel == 3));
    }
  }
}

TEST_CASE("limits of random graphs that cannot be are refused by the option's name", "[search][graph]") {
  const auto refused = [](const RandomGraphLimits& limits, const std::string& rule) {
    CHECK_THROWS_WITH(validate(limits), Catch::Contains(rule));
  };
  refused({0, 3}, "min-nodes 0: expected 1 to");
  refused({5, 3}, "min-nodes 5: expected at most max-nodes, 3");
  refused({1, 3, {}}, "node-channels: at least one");
  refused({1, 3, {8}, {4}}, "node-kernels 4: a kernel must be odd");
  refused({1, 3, {8}, {9}}, "node-kernels 9: expected 1 to 7");
  refused({1, 3, {8}, {3}, 6}, "halvings 6");
}
