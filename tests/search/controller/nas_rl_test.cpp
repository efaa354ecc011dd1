// The search of NAS-RL: how descriptions become networks, and when they grow.
#include "search/methods/nas_rl/nas_rl.h"

#include "tests/search/table_session.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::nas_rl;
using namespace mininas::test;

TEST_CASE("layers read what their anchors chose, the image where that is nothing, and loose ends meet",
          "[search][nas-rl]") {
  const Description description = {{3, 3, 1, 8, {}}, {1, 1, 1, 8, {false}}, {3, 3, 1, 16, {true, false}}};
  const Graph graph = to_graph(description, {16, 16, 3});
  int images = 0;
  for (const GraphNode& node : graph.nodes())
    for (const std::string& input : node.inputs) images += input == kImageId;
  CHECK(images == 2);  // the first two layers
  const NetworkSpec spec = build_network_spec(graph, {16, 16, 3}, 10);
  CHECK(spec.input_shape(spec.size() - 2).channels == 24);  // the second and the third layer in front of the pool
}

TEST_CASE("networks grow on schedule, four for each step of the controller", "[search][nas-rl]") {
  NasRlOptions options;
  options.candidates = 24;
  options.layer_every = 8;
  const auto answer = [](const Candidate& candidate) {
    return score(30 + static_cast<double>(to_text(candidate.architecture).size() % 300) / 5);
  };
  TableSession session(answer, {{16, 16, 3}, 10, 1000}, 1);
  const SearchResult found = nas_rl_search(session, options);
  CHECK(found.best);
  CHECK(session.batches == std::vector<size_t>(6, 4));
  const auto convolutions = [&](size_t step) {
    int count = 0;
    for (const GraphNode& node : session.steps[step].trial.candidate.architecture.as<Graph>()->nodes())
      count += node.operation.kind == NodeKind::kRelu;
    return count;
  };
  for (size_t i = 0; i < 24; ++i) CHECK(convolutions(i) == 3 + static_cast<int>(i) / 8);
}
