#include "search/methods/nasbot/nasbot.h"

#include <algorithm>

#include "core/error.h"
#include "search/methods/best_so_far.h"
#include "search/methods/nasbot/acquisition.h"
#include "search/methods/nasbot/initial_pool.h"
#include "search/methods/nasbot/model.h"

namespace mininas {
namespace nasbot {
namespace {

constexpr double kPercent = 100;

class Search {
 public:
  Search(Session& session, const NasbotOptions& options)
      : session_(session),
        options_(options),
        pool_(initial_pool(options.full_pool, options.divisor)),
        model_({options.draws, 7, options.least_b, options.most_b, options.relative}),
        best_(session),
        rng_(session.rng("networks")) {}

  SearchResult run() {
    session_.expect(options_.candidates);
    pool_.resize(std::min(pool_.size(), static_cast<size_t>(options_.candidates)));
    for (const LayeredNetwork& network : pool_) {
      if (best_.exists() && session_.time_is_up()) return best_.result();
      train("first", {network});
    }
    int since_fit = options_.refit;
    for (int step = 1; model_.size() < options_.candidates && !(best_.exists() && session_.time_is_up()); ++step) {
      if (since_fit >= options_.refit) {
        model_.refit(rng_);
        since_fit = 0;
      }
      const std::vector<LayeredNetwork> chosen = choose(step);
      train("chosen", chosen);
      since_fit += static_cast<int>(chosen.size());
    }
    return best_.result();
  }

 private:
  std::vector<LayeredNetwork> choose(int step) {
    const int count = std::min(options_.together, options_.candidates - model_.size());
    Model believed = model_;
    std::vector<LayeredNetwork> chosen;
    for (int i = 0; i < count; ++i) {
      believed.use_next();
      // Planning the device's memory takes time, so only what would be chosen is asked for its cost.
      double most = 0;
      const auto promise = [&](const LayeredNetwork& network) {
        const double improvement = believed.expected_improvement(network);
        if (improvement <= most) return improvement;
        if (!keeps_budget(network)) return 0.0;
        return most = improvement;
      };
      chosen.push_back(most_promising(pool_, acquisition_budget(step), options_.limits, promise, rng_));
      believed.add(chosen.back(), believed.posterior(chosen.back()).mean);
    }
    model_.use_next();
    return chosen;
  }

  bool keeps_budget(const LayeredNetwork& network) const {
    return !session_.over_budget(session_.cost(to_graph(network, session_.task().input)));
  }

  void train(const std::string& stage, const std::vector<LayeredNetwork>& networks) {
    std::vector<Candidate> candidates;
    for (const LayeredNetwork& network : networks)
      candidates.push_back({stage, to_graph(network, session_.task().input), options_.epochs});
    const std::vector<Trial> trials = session_.evaluate(candidates);
    for (size_t i = 0; i < trials.size(); ++i) {
      best_.judge(trials[i]);
      // What cannot be trained counts as no better than chance.
      const double chance = kPercent / session_.task().classes;
      const Outcome& outcome = trials[i].outcome;
      model_.add(networks[i], (outcome.status == Status::kOk ? outcome.score : chance) / kPercent);
    }
  }

  Session& session_;
  const NasbotOptions& options_;
  std::vector<LayeredNetwork> pool_;
  Model model_;
  BestSoFar best_;
  Rng rng_;
};

}  // namespace
}  // namespace nasbot

OptionFields option_fields(NasbotOptions& o) {
  return {{"full-pool",
           "begin with the authors' twelve networks, which halve the image five times, instead of six shorter "
           "ones",
           &o.full_pool},
          {"divisor", "what the units of these networks are divided by", &o.divisor, 1, 64},
          {"min-layers", "layers of a network at least, input and output counted", &o.limits.min_layers, 3, 1000},
          {"max-layers", "layers of a network at most", &o.limits.max_layers, 3, 1000},
          {"max-inputs", "layers that one layer reads, at most", &o.limits.max_inputs, 1, 64},
          {"max-edges", "connections of a network at most", &o.limits.max_edges, 2, 10000},
          {"min-units", "channels of a convolution or units of a linear layer, at least", &o.limits.min_units, 1, 4096},
          {"max-units", "the same, at most", &o.limits.max_units, 1, 4096},
          {"halvings", "how often a network may halve the image; 0: any number", &o.limits.max_halvings, 0, 10},
          {"together", "networks that are chosen before any of them is trained", &o.together, 1, 100},
          {"refit", "candidates after which the process is fitted anew", &o.refit, 1, 10000},
          {"fit-draws", "draws of its numbers at each fit; more of them fit better and take longer", &o.draws, 1, 1e6},
          {"relative-distances", "take the range of plain distances' factors relative to their median", &o.relative},
          {"least-factor", "smallest factor of the plain distances", &o.least_b, 1e-12, 1e6},
          {"most-factor", "largest factor of the plain distances", &o.most_b, 1e-12, 1e6},
          {"candidates", "how many networks are trained in all, the first ones included", &o.candidates, 2, 1e6},
          {"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000}};
}

void validate(const NasbotOptions& options) {
  validate_fields(options);
  const nasbot::SpaceLimits& limits = options.limits;
  if (limits.min_layers > limits.max_layers || limits.min_units > limits.max_units)
    throw ConfigError("min-layers and min-units: expected at most max-layers and max-units");
  if (options.least_b > options.most_b) throw ConfigError("least-factor: expected at most most-factor");
}

NasbotOptions published_nasbot_options() {
  NasbotOptions o;
  o.full_pool = true;
  o.divisor = 1;
  o.limits = {};
  o.together = 4;
  o.draws = 4400;
  o.relative = false;
  o.least_b = 1e-9;
  o.most_b = 1e-3;
  o.candidates = 100;
  o.epochs = 20;
  return o;
}

SearchResult nasbot_search(Session& session, const NasbotOptions& options) {
  return nasbot::Search(session, options).run();
}

}  // namespace mininas
