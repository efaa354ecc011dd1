// What the greedy searches have in common: stages that are passed in order, tolerances in percentage points, one
// current network, and layers that are walked from the input. mini_nas.h and macro_micro.h add what each stage asks and
// how it judges.
//
// Noise. The published tolerances (0.05 to 0.5 points) were made for 10,000 images. On 1,000 validation images one
// standard error of an accuracy near 95 % is already 0.7 points, so that a search with bare tolerances follows noise.
// With `noise` = 1 every tolerance is at least one standard error of the difference of the two scores, which are
// measured on the same images: only those count that one network answered right and the other did not. Where that is
// not known, it is the standard error of the reference's score. `noise` = 0 is the published rule.
#pragma once
#include "search/methods/strategy.h"
#include "search/record/options.h"
#include "search/space/space.h"

namespace mininas {

// Tolerances, gains and margins are in percentage points of accuracy. Defaults: those for small data sets.
struct GreedyOptions {
  int min_depth = 3, max_depth = 8;
  int min_width = 16, max_width = 64, width_step = 4;
  std::vector<int> kernels = {
      5, 7};         // tried in the kernel stage, in this order, where they are larger; layers start with 3
  int epochs = 300;  // of each candidate (macro-micro: of the first)
  double target_accuracy = 99.0;  // the network stops growing at target_accuracy - target_tolerance
  double target_tolerance = 0.5;
  double train_ceiling = 100.0;  // or where the training accuracy of the current network leaves nothing to learn
  // A gain or margin below 0 is a loss that is forgiven: what short trainings cannot tell goes to the larger network.
  double depth_gain = 0.25;       // a deeper network that gains this much becomes the current one
  double depth_loss = 0.15;       // one that loses no more than this is not accepted, but growing goes on
  double width_tolerance = 0.5;   // a narrower network may lose this much
  double operation_margin = 0.0;  // a standard convolution must gain more than this
  double kernel_margin = 0.0;     // a larger kernel must gain more than this
  double layer_fraction =
      1.0;             // operations and kernels are tried on floor(layer_fraction * depth) layers from the input
  double noise = 0.0;  // each tolerance is at least so many standard errors of the difference; 0: the bare tolerances
  // Candidates branch off the current network's training where so many epochs are left; 0: never. Deeper networks do
  // not: an identity that joins late hardly learns, so that they would seem no better.
  int warm_epochs = 0;
};

OptionFields option_fields(GreedyOptions& options);
// Everything that a search with these options may ask for.
SearchSpace search_space(const GreedyOptions& options);
void validate(const GreedyOptions& options);  // throws ConfigError

// The shallowest networks, in the order in which a search tries to start with one: the widths of the range, the
// largest first, and where the budget allows none of them, narrower ones: the range is a habit, the budget a fact.
std::vector<Architecture> starts(const SearchSpace& space);

// Scores are ratios of small integers in floating point: 95.53 + 0.10 and 95.63 count as equal.
bool at_least(double score, double bound);
bool above(double score, double bound);
// "0.25"; "95.28 % against 94.86 % (+0.42)"
std::string points(double value);
std::string comparison(double score, double reference);
// What the rules of all stages say of `noise` and of `layer_fraction`: " Each tolerance is ...", " on the first 66.67 %
// of the layers". Empty where the option changes nothing.
std::string noise_rule(const GreedyOptions& options);
std::string layers_rule(const GreedyOptions& options);

// The operation and kernel stages: one changed layer at a time, from the input on.
class LayerWalk {
 public:
  // The next change of `current`; nullopt once the first `layers` layers have been tried.
  std::optional<Architecture> next_operation(const Architecture& current, int layers);
  std::optional<Architecture> next_kernel(const Architecture& current, int layers, const std::vector<int>& kernels);
  // How many changes of a kind there can be at most from here, `choices` a layer.
  int most_left(int layers, int choices) const { return (layers - layer_) * choices - choice_; }

 private:
  int layer_ = 0, choice_ = 0;
};

class GreedySearch : public SearchStrategy {
 public:
  std::optional<Candidate> ask() final;
  Decision tell(const Trial& trial) final;
  std::optional<Trial> best() const final { return current_; }
  bool conclude() final;  // leaves out all stages but the finalists

 protected:
  // A search without finalists asks nothing in kFinalists.
  enum class Stage { kDepth, kWidth, kOperation, kKernel, kFinalists, kDone };

  // Throws ConfigError where the options contradict each other. `score_images`: how many images a score is measured on.
  // `space`: what the search may ask for.
  GreedySearch(const GreedyOptions& options, const SearchSpace& space, int64_t score_images);

  // The next question of the running stage; nullopt when it has none left.
  virtual std::optional<Candidate> propose() = 0;
  virtual Decision judge(const Trial& trial) = 0;
  virtual void begin_stage() {}
  virtual void note(const Trial& /*trial*/) {}  // every answer, before it is judged

  Stage stage() const { return stage_; }
  bool concluding() const { return stage_ >= Stage::kFinalists; }
  // A rule ended the running stage: nothing more is asked in it.
  void end_stage() { stage_over_ = true; }
  std::string stage_name() const;
  const std::optional<Trial>& current() const { return current_; }
  Decision accept(const Trial& trial, const std::string& reason);

  // The stage of growing. The search starts with the first of `starts` that keeps the budget.
  std::optional<Architecture> next_depth();
  Decision judge_start(const Trial& trial);
  // Budget rule: a deeper network that does not fit is asked for again, narrower: width is what a search has to spare,
  // it shrinks later anyway. Where no width of the range is left, the growth ends. Requires kInfeasible.
  Decision judge_too_deep(const Trial& trial);
  bool good_enough() const;
  std::optional<Architecture> next_width();

  // `tolerance`, or `noise` standard errors of the difference between the two where that is larger. One below 0 stays:
  // few images make much noise, and what forgives all of it forgives everything.
  double with_noise(double tolerance, const Outcome& outcome, const Outcome& reference) const;
  int layers_tried(int depth) const;
  // No network can gain more than what is missing to 100 %.
  bool can_gain(double margin) const;

  int depths_left() const;  // of the depth stage, the starts and narrower ones among them
  int widths_left() const;
  LayerWalk& walk() { return walk_; }
  const LayerWalk& walk() const { return walk_; }

 private:
  // The current network's index into widths_; their number where it is none of them.
  size_t place_of_width() const;
  // Whose weights the candidate begins with.
  void warm_start(Candidate& candidate) const;

  const GreedyOptions common_;
  const int64_t score_images_;
  const std::vector<int> widths_;  // of the range, largest first
  const std::vector<Architecture> starts_;

  Stage stage_ = Stage::kDepth;
  bool stage_over_ = false;
  std::optional<Trial> current_;    // the network accepted last
  std::optional<Candidate> asked_;  // the question that `tell` will answer
  size_t start_ = 0;                // index into starts_ of the network asked for first
  size_t width_ = 0;  // index into widths_ of the last width asked for; their number where it is none of them
  int depth_ = 0;     // the last depth asked for
  LayerWalk walk_;
};

}  // namespace mininas
