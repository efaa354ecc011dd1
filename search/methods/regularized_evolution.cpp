#include "search/methods/regularized_evolution.h"

#include <algorithm>

#include "core/error.h"
#include "search/methods/best_so_far.h"
#include "search/space/mutate_graph.h"

namespace mininas {

OptionFields option_fields(EvolutionOptions& o) {
  OptionFields fields = {{"space", "what evolves: chain, or graph", choice(o.form, {"chain", "graph"})}};
  for (OptionField& field : option_fields(o.space)) fields.push_back(std::move(field));
  for (OptionField& field : option_fields(o.graphs)) fields.push_back(std::move(field));
  fields.push_back({"population", "how many members the population has", &o.population, 1, 1e6});
  fields.push_back(
      {"sample",
       "how many members are drawn for each child; the best of them is its parent. More of them: a greedier search",
       &o.sample, 1, 1e6});
  fields.push_back({"candidates", "how many architectures are trained in all, the first population included",
                    &o.candidates, 1, 1e6});
  fields.push_back({"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000});
  fields.push_back({"identity", "share of the children that stay like their parent", &o.identity, 0, 1});
  return fields;
}

void validate(const EvolutionOptions& options) {
  validate_fields(options);
  validate(options.space);
  validate(options.graphs);
}

EvolutionOptions published_evolution_options() {
  return {.population = 100, .sample = 25, .candidates = 20000, .epochs = 25};
}

void AgingPopulation::join(Individual individual) {
  if (full()) members_.pop_front();
  members_.push_back(std::move(individual));
}

const Individual& AgingPopulation::best_of(std::span<const uint32_t> drawn) const {
  const Individual* best = &members_[drawn.front()];
  for (const uint32_t index : drawn)
    if (members_[index].score > best->score) best = &members_[index];
  return *best;
}

namespace {

// Graphs under their canonical ids: equal networks are then equal candidates.
Architecture drawn(const EvolutionOptions& o, Rng& rng) {
  if (o.form == DrawnForm::kGraph) return random_graph(o.graphs, rng).canonical();
  return sample(o.space, rng);
}

Architecture changed(const EvolutionOptions& o, const Architecture& parent, Rng& rng) {
  if (const Graph* graph = parent.as<Graph>()) return mutate(*graph, o.graphs, rng).canonical();
  return mutate(o.space, parent.chain(), rng);
}

}  // namespace

SearchResult regularized_evolution(Session& session, const EvolutionOptions& o) {
  Rng rng = session.rng("architectures");
  BestSoFar best(session);
  AgingPopulation population(o.population);
  const auto train = [&](const std::vector<Candidate>& together, const std::string& origin) {
    for (const Trial& trial : session.evaluate(together)) {
      best.judge(trial, origin);
      // A candidate that cannot be trained has score 0, so it rarely becomes a parent.
      population.join({trial.candidate.architecture, trial.outcome.score, trial.index});
    }
  };
  int left = o.candidates;
  const auto goes_on = [&] { return left > 0 && !(best.exists() && session.time_is_up()); };
  session.expect(left);
  while (!population.full() && goes_on()) {
    std::vector<Candidate> together;
    for (int count = std::min({population.missing(), left, kCandidatesAtOnce}); count > 0; --count, --left)
      together.push_back({"first", draw_within_budget(session, [&] { return drawn(o, rng); }), o.epochs});
    train(together, "");
  }
  for (; goes_on(); --left) {
    std::vector<uint32_t> sampled;
    for (int i = 0; i < o.sample; ++i) sampled.push_back(rng.below(static_cast<uint32_t>(o.population)));
    const Individual& parent = population.best_of(sampled);
    const bool identical = rng.uniform() < static_cast<float>(o.identity);
    const auto child = [&] { return identical ? parent.architecture : changed(o, parent.architecture, rng); };
    train({{"child", draw_within_budget(session, child), o.epochs}}, text("; a child of candidate ", parent.index + 1));
  }
  return best.result();
}

}  // namespace mininas
