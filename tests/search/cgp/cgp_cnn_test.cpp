// The search of CGP-CNN and the graphs that it trains.
#include "search/methods/cgp/cgp_cnn.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/search/table_session.h"
#include "tests/support/catch.h"
#include "tests/support/golden.h"
#include "tests/support/skip.h"

using namespace mininas;
using namespace mininas::test;

namespace {

Outcome by_length(const Candidate& candidate) {
  return score(40 + static_cast<double>(to_text(candidate.architecture).size() % 400) / 8);
}

}  // namespace

TEST_CASE("children replace the parent as in the authors' code, and otherwise it drifts", "[search][cgp][reference]") {
  const auto data = golden("cgp-selection");
  if (!data) return skip("MININAS_REFERENCE names no folder with methods/cgp-*.json");
  for (const auto& c : (*data)["generations"]) {
    const std::vector<double> children = c["children"].get<std::vector<double>>();
    const double parent = c["parent"];
    const cgp::Selection selection = cgp::select(parent, children);
    CHECK(selection.replaces == !c["neutral_mutation_of_parent"].get<bool>());
    CHECK((selection.replaces ? children[selection.best_child] : parent) == c["parent_after"].get<double>());
  }
}

TEST_CASE("every genotype becomes a network that can be built, for any image", "[search][cgp]") {
  for (const CgpBlock block : {CgpBlock::kConv, CgpBlock::kResidual}) {
    CgpOptions options;
    options.block = block;
    const cgp::Grid grid = options.grid();
    Rng rng = Rng(6).fork("genotypes");
    for (int i = 0; i < 60; ++i) {
      const cgp::Phenotype network = cgp::decode(grid, cgp::random_genotype(grid, rng));
      const ImageShape image{i % 2 == 0 ? 32 : 28, i % 2 == 0 ? 32 : 28, i % 3 == 0 ? 1 : 3};
      int channels = 0;
      for (const ImageShape& shape : cgp::shapes(network, image)) channels = std::max(channels, shape.channels);
      if (channels > 1000) continue;  // many concatenations of concatenations; the search redraws them
      CHECK_NOTHROW(build_network_spec(cgp::to_graph(network, image), image, 10));
    }
  }
}

TEST_CASE("the parent of a search never becomes worse, and its children come two at a time", "[search][cgp]") {
  CgpOptions options;
  options.candidates = 31;
  TableSession session(by_length, {{16, 16, 3}, 10, 1000}, 2);
  const SearchResult found = cgp_cnn(session, options);
  CHECK(session.batches.size() == 16);
  CHECK(session.batches.front() == 1);
  double best = 0;
  for (const TableSession::Step& step : session.steps) best = std::max(best, step.trial.outcome.score);
  CHECK(found.best->outcome.score == best);
  CHECK(best > session.steps.front().trial.outcome.score);
}
