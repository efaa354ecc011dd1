// Mini-NAS: the greedy search of the published family (Siddiqui, "Mini-NAS", tinyML Summit 2021), in stages:
//   depth      grow all-separable 3x3 networks of the largest width layer by layer, as long as that helps
//   width      shrink that network as long as it loses no more than a tolerance
//   operation  layer by layer from the input: standard convolution instead of separable, kept if it helps
//   kernel     layer by layer from the input: each larger kernel, kept if it helps
//   finalists  optional, not published: the best networks of some depths train longer, and the best of these is the
//              result
// Candidates are trained from scratch, as published, unless warm_epochs is set (warm_start.h). The rules are those of
// the author's later public search (TRG-NAS), with its defaults for small data sets. Each stage has one more rule, for
// candidates over the budget (greedy.h, mini_nas.cpp).
#pragma once
#include "search/methods/greedy.h"

namespace mininas {

struct MiniNasOptions : GreedyOptions {
  // The largest number of networks in the last stage, each of another depth. If it is not 0, the depth stage tries
  // every depth.
  int finalists = 0;
  int finalist_epochs = 10;  // of each finalist
};

OptionFields option_fields(MiniNasOptions& options);
void validate(const MiniNasOptions& options);  // throws ConfigError

// TRG-NAS as in its published log for CIFAR-10: deeper and wider networks, with operations and kernels on the first two
// thirds of the layers, each kept if it gains more than 0.10 points.
MiniNasOptions trg_nas_options();
// Five epochs cannot tell how much depth and large kernels gain in the end. These options keep everything that does not
// clearly lose, and try the largest kernel first.
MiniNasOptions fast_options();

// Requires valid options.
SearchResult mini_nas(Session& session, const MiniNasOptions& options);
// A paragraph for users: the rule of a stage, with the values of the options.
std::string mini_nas_rule(const MiniNasOptions& options, const std::string& stage);

}  // namespace mininas
