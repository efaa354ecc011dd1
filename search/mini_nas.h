// Mini-NAS: the greedy search of the published family, in four stages, each one question at a time.
//   depth      grow all-separable 3x3 networks of the largest width, layer by layer, while that helps
//   width      shrink that network while it costs no more than a tolerance
//   operation  layer by layer from the input: standard convolution instead of separable, kept where it helps
//   kernel     layer by layer from the input: each larger kernel, kept where it helps
// Every candidate is trained from scratch. The rules are those of the author's later public search (TRG-NAS), whose defaults for small data
// sets are ours; where a candidate breaks the budget, that is one more rule of each stage (see mini_nas.cpp).
//
// Noise. The published tolerances (0.15 to 0.5 points) were made for 10,000 images. On 1,000 validation images one standard error of an
// accuracy near 95 % is already 0.7 points, so that a search with bare tolerances follows noise. By default every tolerance is therefore at
// least one standard error of the score that it is compared with (`noise` = 1); `noise` = 0 is the published rule.
#pragma once
#include "search/options.h"
#include "search/space.h"
#include "search/strategy.h"

namespace mininas {

// Tolerances, gains and margins are in percentage points of accuracy.
struct MiniNasOptions {
  int min_depth = 3, max_depth = 8;
  int min_width = 16, max_width = 64, width_step = 4;
  std::vector<int> kernels = {5, 7};  // tried in the kernel stage, in this order; 3 is where every layer starts
  int epochs = 5;                     // of each candidate
  double target_accuracy = 99.0;      // the network stops growing at target_accuracy - target_tolerance
  double target_tolerance = 0.5;
  double depth_gain = 0.25;       // a deeper network that gains this much becomes the current one
  double depth_loss = 0.15;       // one that loses no more than this is not accepted, but growing goes on
  double width_tolerance = 0.5;   // a narrower network may lose this much against the end of the depth stage
  double operation_margin = 0.0;  // a standard convolution must gain more than this
  double kernel_margin = 0.0;     // a larger kernel must gain more than this
  double layer_fraction = 1.0;    // operations and kernels are tried on floor(layer_fraction * depth) layers from the input
  double noise = 1.0;             // each tolerance is at least so many standard errors; 0: the bare tolerances
};

OptionFields option_fields(MiniNasOptions& options);
// Everything that a search with these options may ask for.
SearchSpace search_space(const MiniNasOptions& options);
void validate(const MiniNasOptions& options);  // throws ConfigError

class MiniNas final : public SearchStrategy {
 public:
  // `validation_images`: how many images a score is measured on, for its standard error.
  MiniNas(const MiniNasOptions& options, int64_t validation_images);

  std::optional<Candidate> ask() override;
  Decision tell(const Trial& trial) override;
  int most_left() const override;
  std::optional<Trial> best() const override { return current_; }

 private:
  enum class Stage { kDepth, kWidth, kOperation, kKernel, kDone };

  // The stage's next question; nullopt when the stage is over.
  std::optional<Architecture> propose();
  std::optional<Architecture> propose_depth();
  std::optional<Architecture> propose_width();
  std::optional<Architecture> propose_operation();
  std::optional<Architecture> propose_kernel();
  void enter_next_stage();

  Decision judge_start(const Trial& trial);
  Decision judge_depth(const Trial& trial);
  Decision judge_width(const Trial& trial);
  Decision judge_gain(const Trial& trial, double margin);

  Decision accept(const Trial& trial, const std::string& reason);
  // `tolerance`, or the standard error of `score` where that is larger.
  double with_noise(double tolerance, double score) const;
  int layers_tried(int depth) const;
  bool can_gain(double margin) const;

  const MiniNasOptions options_;
  const int64_t validation_images_;
  const std::vector<int> widths_;           // of the range, largest first
  const std::vector<int> starting_widths_;  // the same and narrower ones, for a budget that allows none of the range

  Stage stage_ = Stage::kDepth;
  std::optional<Trial> current_;    // the network accepted last
  std::optional<Candidate> asked_;  // the question that `tell` will answer
  size_t width_ = 0;                // index into starting_widths_ of the last width asked for
  int depth_ = 0;                   // the last depth asked for
  bool stage_over_ = false;         // a rule ended the stage
  double width_reference_ = 0;      // score at the end of the depth stage
  int layer_ = 0;                   // operation, kernel: the layer in turn
  size_t kernel_ = 0;               // kernel: index into options_.kernels
};

}  // namespace mininas
