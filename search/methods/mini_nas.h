// Mini-NAS: the greedy search of the published family, in stages, each one question at a time.
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
#include <map>

#include "search/methods/greedy.h"

namespace mininas {

struct MiniNasOptions : GreedyOptions {
  int finalists =
      0;  // the most networks of the last stage, each of another depth; where there are any, growth tries every depth
  int finalist_epochs = 10;  // of each
};

OptionFields option_fields(MiniNasOptions& options);
void validate(const MiniNasOptions& options);  // throws ConfigError

// TRG-NAS as its published log on CIFAR-10 ran: deeper and wider, operations and kernels on the first two thirds of the
// layers, each kept where it gains more than 0.10 points.
MiniNasOptions trg_nas_options();

class MiniNas final : public GreedySearch {
 public:
  // `score_images`: how many images a score is measured on, for its standard error.
  MiniNas(const MiniNasOptions& options, int64_t score_images)
      : GreedySearch(options, search_space(options), score_images), options_(options) {}

  int most_left() const override;
  int concluding_epochs() const override;
  std::string rule(const std::string& stage) const override;

 private:
  std::optional<Candidate> propose() override;
  Decision judge(const Trial& trial) override;
  void begin_stage() override;
  void note(const Trial& trial) override;

  std::optional<Architecture> next_architecture();
  std::optional<Architecture> next_finalist();
  void pick_finalists();
  int finalist_count() const;
  int most_left_before_finalists() const;
  Decision judge_depth(const Trial& trial);
  Decision judge_width(const Trial& trial);
  Decision judge_gain(const Trial& trial, double margin);
  Decision judge_finalist(const Trial& trial);

  const MiniNasOptions options_;
  Outcome width_reference_;              // of the network at the end of the depth stage
  std::map<int, Trial> best_of_depth_;   // by depth, of all that were trained
  std::vector<Architecture> finalists_;  // still to be asked for, the last one first
};

}  // namespace mininas
