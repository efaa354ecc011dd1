// NASBOT (Kandasamy, Neiswanger, Schneider, Poczos, Xing: "Neural Architecture Search with Bayesian Optimisation and
// Optimal Transport", NeurIPS 2018).
//   1. Train the networks of an initial pool.
//   2. Fit a Gaussian process to all scores so far; its kernel comes from OTMANN distances between networks.
//   3. Train the network that promises most: the largest expected improvement that an evolutionary search finds, which
//      begins with the initial pool each time. With several at a time, each counts as trained with the score that is
//      expected of it while the next one is chosen.
//   4. From 2 again, until `candidates` have been trained. The process is fitted anew every `refit` candidates; in
//      between its numbers are used in turn.
// Not as published: what search/methods/nasbot/initial_pool.h and search/methods/graph_writer.h say.
#pragma once
#include "search/methods/nasbot/modifiers.h"
#include "search/methods/session.h"
#include "search/record/options.h"

namespace mininas {

struct NasbotOptions {
  bool full_pool = false;  // the authors' twelve networks instead of six shorter ones
  int divisor = 8;         // of all units in the pool
  nasbot::SpaceLimits limits{.max_layers = 14, .max_edges = 30, .min_units = 4, .max_units = 48, .max_halvings = 2};
  int together = 1;  // networks that are chosen before any of them is trained
  int refit = 7;
  int draws = 400;  // of hyper-parameters at each fit
  bool relative = true;
  double least_b = 0.01, most_b = 10;
  int candidates = 40;
  int epochs = 2;  // of each
};

OptionFields option_fields(NasbotOptions& options);
void validate(const NasbotOptions& options);  // throws ConfigError
NasbotOptions published_nasbot_options();

// Requires valid options.
SearchResult nasbot_search(Session& session, const NasbotOptions& options);

}  // namespace mininas
