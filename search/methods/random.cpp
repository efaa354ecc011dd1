#include "search/methods/random.h"

#include "search/methods/best_so_far.h"

namespace mininas {
namespace {

// Canonical ids give equal graphs equal candidate keys, so that no network is trained twice.
Architecture draw(const RandomOptions& options, Rng& rng) {
  if (options.form == DrawnForm::kGraph) return random_graph(options.graphs, rng).canonical();
  return sample(options.space, rng);
}

}  // namespace

OptionFields option_fields(RandomOptions& o) {
  OptionFields fields = {{"space", "what is drawn: chain, or graph", choice(o.form, {"chain", "graph"})}};
  for (OptionField& field : option_fields(o.space)) fields.push_back(std::move(field));
  for (OptionField& field : option_fields(o.graphs)) fields.push_back(std::move(field));
  fields.push_back({"candidates", "how many architectures are drawn and trained; more of them find better ones",
                    &o.candidates, 1, 1e6});
  fields.push_back({"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000});
  return fields;
}

void validate(const RandomOptions& options) {
  validate_fields(options);
  validate(options.space);
  validate(options.graphs);
}

SearchResult random_search(Session& session, const RandomOptions& options) {
  Rng rng = session.rng("architectures");
  BestSoFar best(session);
  session.expect(options.candidates);
  for (int left = options.candidates; left > 0 && !(best.exists() && session.time_is_up());) {
    std::vector<Candidate> together;
    for (; left > 0 && together.size() < kCandidatesAtOnce; --left) {
      const Architecture drawn = draw_within_budget(session, [&] { return draw(options, rng); });
      together.push_back({"random", drawn, options.epochs});
    }
    for (const Trial& trial : session.evaluate(together)) best.judge(trial);
  }
  return best.result();
}

}  // namespace mininas
