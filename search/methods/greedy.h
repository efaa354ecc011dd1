// What the greedy searches have in common: tolerances in percentage points, one current network, networks that grow and
// shrink, and layers that are changed one at a time from the input. mini_nas.h and macro_micro.h tell in which order,
// for how many epochs, and how outcomes are judged.
//
// Noise. The published tolerances (0.05 to 0.5 points) were made for 10,000 images. On 1,000 validation images one
// standard error of an accuracy near 95 % is already 0.7 points, so that a search with bare tolerances follows noise.
// With `noise` = 1 every tolerance is at least one standard error of the difference of the two scores, which are
// measured on the same images: only those count that one network classifies correctly and the other does not. Where
// that is not known, it is the standard error of the reference's score. `noise` = 0 is the published rule.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "search/methods/scores.h"
#include "search/methods/session.h"
#include "search/record/options.h"
#include "search/space/space.h"

namespace mininas {

// Tolerances, gains and margins are in percentage points of accuracy. Defaults: those for small data sets.
struct GreedyOptions {
  int min_depth = 3, max_depth = 8;
  int min_width = 16, max_width = 64, width_step = 4;
  // Tried in the kernel stage, in this order, where they are larger; layers start with 3.
  std::vector<int> kernels = {5, 7};
  int epochs = 300;               // of each candidate (macro-micro: of the first)
  double target_accuracy = 99.0;  // the network stops growing at target_accuracy - target_tolerance
  double target_tolerance = 0.5;
  double train_ceiling = 100.0;  // or where the training accuracy of the current network leaves nothing to learn
  // A gain or margin below 0 is a loss that is forgiven: what short trainings cannot tell goes to the larger network.
  double depth_gain = 0.25;       // a deeper network that gains this much becomes the current one
  double depth_loss = 0.15;       // one that loses no more than this is not accepted, but growing goes on
  double width_tolerance = 0.5;   // a narrower network may lose this much
  double operation_margin = 0.0;  // a standard convolution must gain more than this
  double kernel_margin = 0.0;     // a larger kernel must gain more than this
  // Operations and kernels are tried on floor(layer_fraction * depth) layers from the input.
  double layer_fraction = 1.0;
  double noise = 0.0;  // each tolerance is at least so many standard errors of the difference; 0: the bare tolerances
  // Candidates branch off the current network's training where so many epochs are left; 0: never. Deeper networks do
  // not: an identity that joins late hardly learns, so that they would seem no better.
  int warm_epochs = 0;
};

OptionFields option_fields(GreedyOptions& options);
// Everything that a search with these options may ask for.
SearchSpace search_space(const GreedyOptions& options);
void validate(const GreedyOptions& options);  // throws ConfigError

// What the rules of all stages say of `noise` and of `layer_fraction`: " Each tolerance is ...", " on the first 66.67 %
// of the layers". Empty where the option changes nothing.
std::string noise_rule(const GreedyOptions& options);
std::string layers_rule(const GreedyOptions& options);

// A greedy search under way: the current network, and networks that differ from it in one thing. The methods ask how
// good those are and judge them; what is here tells which ones there are, and does the bookkeeping.
class GreedyWalk {
 public:
  // Both outlive this. Requires valid options.
  GreedyWalk(Session& session, const GreedyOptions& options);

  // Asks for the shallowest networks until one keeps the budget and can be trained, which becomes the first current
  // network: the widths of the range, the largest first, then narrower ones: the range is a habit, the budget a fact.
  // False where not even the narrowest one can be used.
  bool start();

  // The network kept last. Requires one.
  const Trial& current() const { return *current_; }
  const Chain& chain() const { return current_->candidate.architecture.chain(); }
  // Records what a method makes of a trial. The one kept is the current network from then on.
  void keep(const Trial& trial, const std::string& why);
  void reject(const Trial& trial, const std::string& why);

  // A candidate that trains from scratch, and that later ones can branch off (warm starts).
  Candidate from_scratch(const std::string& stage, const Chain& chain, int epochs) const;
  // A candidate that branches off the current network's training, where both train equally long.
  Candidate changed(const std::string& stage, const Chain& chain, int epochs) const;

  // Asks for deeper networks layer by layer until one is good enough or the deepest. Budget rule: one that does not fit
  // is asked for again, narrower, as width is what a search has to spare and shrinks later anyway; where no width of
  // the range is left, the growth ends. `ask`: nullopt where the time is up. `judge` keeps or rejects, and returns
  // whether growing goes on. Returns false where the time is up.
  using Ask = std::function<std::optional<Trial>(const Chain& deeper)>;
  bool grow(const Ask& ask, const std::function<bool(const Trial&)>& judge);

  // The widths of the range below the current one, largest first.
  std::vector<int> narrower_widths() const;

  // Calls `attempt` with the current architecture changed in one layer, layer by layer from the input: to a standard
  // convolution; to each larger kernel. Stops, and returns false, where `attempt` does: the time is up.
  using Attempt = std::function<bool(const Chain& changed)>;
  bool change_operations(const Attempt& attempt) const;
  bool change_kernels(const Attempt& attempt) const;
  // Keeps a trial with one changed layer if it gains more than `margin` over the current network (below 0: loses less);
  // otherwise the layer stays as it was. Budget rule: a change that does not fit is not made. `where` follows the two
  // scores in the reason.
  void judge_changed_layer(const Trial& trial, double margin, const std::string& where = "");

  // `tolerance`, or `noise` standard errors of the difference between the two where that is larger. One below 0 stays:
  // few images make much noise, and what forgives all of it forgives everything.
  double with_noise(double tolerance, const Outcome& outcome, const Outcome& reference) const;
  // No network can gain more than what is missing to 100 %.
  bool can_gain(double margin) const;

  // For the progress display, the most questions: of start, growth and narrower widths together, from here on; of
  // changed operations and of changed kernels, for a network of `depth`.
  int most_growth() const;
  int most_operations(int depth) const { return layers_tried(depth); }
  int most_kernels(int depth) const { return layers_tried(depth) * static_cast<int>(options_.kernels.size()); }

 private:
  bool good_enough() const;
  int layers_tried(int depth) const;
  // The current network's index into widths_; their number where it is none of them.
  size_t width_index() const;

  Session& session_;
  const GreedyOptions& options_;
  const std::vector<int> widths_;  // of the range, largest first
  std::optional<Trial> current_;
};

}  // namespace mininas
