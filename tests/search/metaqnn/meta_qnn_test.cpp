// The search of Meta-QNN: its schedule, its memory, and that it learns.
#include "search/methods/metaqnn/meta_qnn.h"

#include <set>

#include "tests/search/table_session.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("epsilon falls by the number of different networks", "[search][metaqnn]") {
  MetaQnnOptions o;
  o.first_networks = 10;
  o.middle_networks = 2;
  o.last_networks = 3;
  CHECK(o.networks() == 34);
  CHECK(o.epsilon(9) == 1.0);
  CHECK(o.epsilon(10) == 0.9);
  CHECK(o.epsilon(15) == 0.7);
  CHECK(o.epsilon(16) == 0.6);
  CHECK(o.epsilon(33) == 0.1);
  CHECK(published_meta_qnn_options().networks() == 2700);
}

TEST_CASE("no network is trained twice, and late networks are better than early ones", "[search][metaqnn]") {
  MetaQnnOptions options;
  options.replays = 30;
  // Each convolution of 64 filters helps.
  const auto answer = [](const Candidate& candidate) {
    double percent = 20;
    for (const GraphNode& node : candidate.architecture.as<Graph>()->nodes())
      percent += node.operation.channels == 64 ? 10 : 0;
    return score(percent);
  };
  TableSession session(answer, {{16, 16, 3}, 10, 1000}, 4);
  const SearchResult found = meta_qnn(session, options);
  REQUIRE(found.best);
  std::set<std::string> texts;
  double early = 0, late = 0;
  for (size_t i = 0; i < session.steps.size(); ++i) {
    texts.insert(to_text(session.steps[i].trial.candidate.architecture));
    if (i < 20) early += session.steps[i].trial.outcome.score;
    if (i + 20 >= session.steps.size()) late += session.steps[i].trial.outcome.score;
  }
  CHECK(session.steps.size() > 60);
  CHECK(late > early + 20 * 5);
}

TEST_CASE("walks of every kind become networks that can be built", "[search][metaqnn]") {
  const metaqnn::Space space = MetaQnnOptions().space;
  Rng rng(7);
  metaqnn::QTable table(space, {});
  for (int i = 0; i < 60; ++i) {
    std::vector<metaqnn::Layer> layers;
    for (;;) {
      const metaqnn::State action = table.choose(metaqnn::state_behind(layers, 32), 1.0, rng);
      if (action.end) break;
      layers.push_back(action.layer);
    }
    CHECK_NOTHROW(build_network_spec(metaqnn::to_graph(layers, {32, 32, 3}, 10), {32, 32, 3}, 10));
  }
}
