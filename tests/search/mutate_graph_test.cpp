// Mutations of graphs, and an evolution of graphs.
#include "search/space/mutate_graph.h"

#include "search/methods/regularized_evolution.h"
#include "tests/search/table_session.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::test;

TEST_CASE("a mutated graph can be built, is another network, and keeps the ids of what stays", "[search][graph]") {
  const RandomGraphLimits limits = {2, 8, {4, 6}, {1, 3, 5}, 1};
  Rng rng = Rng(3).fork("mutations");
  int changed = 0, kept = 0;
  for (int round = 0; round < 40; ++round) {
    Graph graph = random_graph(limits, rng);
    for (int step = 0; step < 6; ++step) {
      const Graph next = mutate(graph, limits, rng);
      CHECK_NOTHROW(build_network_spec(next, {16, 16, 3}, 4));
      changed += !same_network(next, graph);
      const int difference = static_cast<int>(next.nodes().size()) - static_cast<int>(graph.nodes().size());
      CHECK(difference <= 1);
      for (const GraphNode& node : next.nodes()) kept += graph.find(node.id) != nullptr;
      graph = next;
    }
  }
  CHECK(changed > 230);
  CHECK(kept > 240);
}

TEST_CASE("an evolution of graphs climbs, and asks for canonical graphs within its limits",
          "[search][graph][evolution]") {
  EvolutionOptions o;
  o.form = DrawnForm::kGraph;
  o.graphs = {2, 8, {4, 6}, {1, 3, 5}, 1};
  o.population = 6;
  o.sample = 3;
  o.candidates = 60;
  // Large kernels are better.
  const auto answer = [](const Candidate& candidate) {
    double kernels = 0;
    for (const GraphNode& node : candidate.architecture.as<Graph>()->nodes()) kernels += node.operation.kernel;
    return score(std::min(99.0, 30 + kernels));
  };
  TableSession session(answer, {{16, 16, 3}, 4, 1000}, 2);
  const SearchResult result = regularized_evolution(session, o);
  REQUIRE(result.best);
  double first = 0;
  for (size_t i = 0; i < 6; ++i) first = std::max(first, session.steps[i].trial.outcome.score);
  CHECK(result.best->outcome.score > first);
  for (const TableSession::Step& step : session.steps) {
    const Graph& graph = *step.trial.candidate.architecture.as<Graph>();
    CHECK(graph == graph.canonical());
  }
}
