// Mini-NAS: the greedy search of the published family (Siddiqui, "Mini-NAS", tinyML Summit 2021), in stages, each one
// question at a time.
//   depth      grow all-separable 3x3 networks of the largest width, layer by layer, while that helps
//   width      shrink that network while it costs no more than a tolerance
//   operation  layer by layer from the input: standard convolution instead of separable, kept where it helps
//   kernel     layer by layer from the input: each larger kernel, kept where it helps
//   finalists  where asked for, not published: the best network of some depths trains longer, the best of these is
//              found
// Candidates are trained from scratch, as published, unless warm_epochs says otherwise (warm_start.h). The rules are
// those of the author's later public search (TRG-NAS), whose defaults for small data sets are ours; where a candidate
// breaks the budget, that is one more rule of each stage (greedy.h, mini_nas.cpp).
#pragma once
#include "search/methods/greedy.h"

namespace mininas {

struct MiniNasOptions : GreedyOptions {
  // The most networks of the last stage, each of another depth; where there are any, growth tries every depth.
  int finalists = 0;
  int finalist_epochs = 10;  // of each
};

OptionFields option_fields(MiniNasOptions& options);
void validate(const MiniNasOptions& options);  // throws ConfigError

// TRG-NAS as its published log on CIFAR-10 ran: deeper and wider, operations and kernels on the first two thirds of the
// layers, each kept where it gains more than 0.10 points.
MiniNasOptions trg_nas_options();
// Five epochs cannot tell what depth and large kernels are worth in the end: what does not clearly lose is kept, the
// largest kernel first.
MiniNasOptions fast_options();

// Requires valid options.
Found mini_nas(Session& session, const MiniNasOptions& options);
// The rule of a stage in a paragraph, with the values of the options: for people.
std::string mini_nas_rule(const MiniNasOptions& options, const std::string& stage);

}  // namespace mininas
