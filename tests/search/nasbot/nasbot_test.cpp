// The search of NASBOT: its first networks, and what its process makes of them.
#include "search/methods/nasbot/nasbot.h"

#include <cmath>

#include "search/methods/nasbot/initial_pool.h"
#include "search/methods/nasbot/model.h"
#include "tests/search/table_session.h"
#include "tests/support/catch.h"

using namespace mininas;
using namespace mininas::nasbot;
using namespace mininas::test;

TEST_CASE("the initial pools are legal, within their limits, and can be built", "[search][nasbot]") {
  CHECK(initial_pool(true, 1).size() == 12);
  CHECK(initial_pool(false, 8).size() == 6);
  for (const LayeredNetwork& network : initial_pool(true, 1)) CHECK(SpaceLimits().allow(network));
  for (const LayeredNetwork& network : initial_pool(false, 8)) {
    CHECK(NasbotOptions().limits.allow(network));
    CHECK_NOTHROW(build_network_spec(to_graph(network, {16, 16, 3}), {16, 16, 3}, 10));
  }
  CHECK_NOTHROW(build_network_spec(to_graph(initial_pool(true, 8).back(), {32, 32, 3}), {32, 32, 3}, 10));
}

TEST_CASE("random changes of the pool lead to networks that can be built", "[search][nasbot]") {
  const SpaceLimits limits = NasbotOptions().limits;
  Rng rng(8);
  for (LayeredNetwork network : initial_pool(false, 8))
    for (int step = 0; step < 15; ++step) {
      network = modified(network, limits, rng).value_or(network);
      CHECK_NOTHROW(build_network_spec(to_graph(network, {28, 28, 1}), {28, 28, 1}, 2));
    }
}

TEST_CASE("the process expects of known networks what they reached, and is unsure of others", "[search][nasbot]") {
  Model model({60, 7, 0.01, 10, true});
  const std::vector<LayeredNetwork> pool = initial_pool(false, 8);
  for (size_t i = 0; i + 1 < pool.size(); ++i) model.add(pool[i], 0.4 + 0.1 * static_cast<double>(i));
  Rng rng(3);
  model.refit(rng);
  model.use_next();
  CHECK(model.posterior(pool[0]).mean < model.posterior(pool[4]).mean);
  CHECK(model.posterior(pool[0]).deviation < model.posterior(pool[5]).deviation);
  CHECK(model.expected_improvement(pool[5]) >= 0);
}

TEST_CASE("a search trains the pool first and then what promises most", "[search][nasbot]") {
  const NasbotOptions options{.together = 2, .refit = 4, .draws = 30, .candidates = 14};
  // More channels are better.
  const auto answer = [](const Candidate& candidate) {
    int64_t channels = 0;
    for (const GraphNode& node : candidate.architecture.as<Graph>()->nodes()) channels += node.operation.channels;
    return score(std::min(99.0, 40 + std::sqrt(static_cast<double>(channels))));
  };
  TableSession session(answer, {{16, 16, 3}, 10, 1000}, 1);
  const SearchResult found = nasbot_search(session, options);
  CHECK(session.steps.size() == 14);
  CHECK(session.batches.back() == 2);
  double first = 0;
  for (int i = 0; i < 6; ++i) first = std::max(first, session.steps[static_cast<size_t>(i)].trial.outcome.score);
  CHECK(found.best->outcome.score > first);
}
