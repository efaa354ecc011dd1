// What the greedy searches share: tolerances in percentage points, one current network, networks that grow and shrink,
// and layers that are changed one at a time, starting at the input. mini_nas.h and macro_micro.h define the order, the
// epochs, and how outcomes are judged.
//
// Noise. The published tolerances (0.05 to 0.5 points) were chosen for 10,000 images. On 1,000 validation images the
// standard error of an accuracy near 95 % is 0.7 points, so a search with the bare tolerances follows noise. With
// `noise` = 1 every tolerance is at least one standard error of the difference of the two scores. Both scores are
// measured on the same images, so only those count that exactly one of the two networks classifies correctly. If these
// are unknown, the standard error of the reference's score is used. `noise` = 0 is the published rule.
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

// Tolerances, gains and margins are in percentage points of accuracy. The defaults are those for small data sets.
struct GreedyOptions {
  int min_depth = 3, max_depth = 8;
  int min_width = 16, max_width = 64, width_step = 4;
  // Tried in the kernel stage, in this order, if larger than the current kernel. Layers start with 3.
  std::vector<int> kernels = {5, 7};
  int epochs = 300;               // of each candidate (macro-micro: of the first)
  double target_accuracy = 99.0;  // the network stops growing at target_accuracy - target_tolerance
  double target_tolerance = 0.5;
  double train_ceiling = 100.0;  // or when the current network reaches this training accuracy
  // A gain or margin below 0 is a loss that is accepted: the larger network wins if short trainings cannot tell the two
  // apart.
  double depth_gain = 0.25;       // a deeper network that gains this much becomes the current one
  double depth_loss = 0.15;       // one that loses no more than this is rejected, but growth continues
  double width_tolerance = 0.5;   // a narrower network may lose this much
  double operation_margin = 0.0;  // a standard convolution must gain more than this
  double kernel_margin = 0.0;     // a larger kernel must gain more than this
  // Operations and kernels are tried on the first floor(layer_fraction * depth) layers.
  double layer_fraction = 1.0;
  double noise = 0.0;  // each tolerance is at least this many standard errors of the difference; 0: the bare tolerances
  // Candidates branch off the training of the current network when this many epochs are left; 0: never. Deeper networks
  // do not: an identity that is inserted late hardly learns, so they would seem to bring no gain.
  int warm_epochs = 0;
};

OptionFields option_fields(GreedyOptions& options);
// Every architecture that a search with these options may evaluate.
SearchSpace search_space(const GreedyOptions& options);
void validate(const GreedyOptions& options);  // throws ConfigError

// The effect of `noise` and of `layer_fraction` as texts for the rules of all stages: " Each tolerance is ...", " on
// the first 66.67 % of the layers". Empty if the option changes nothing.
std::string noise_rule(const GreedyOptions& options);
std::string layers_rule(const GreedyOptions& options);

// The state of a greedy search: the current network, and the networks that differ from it in one decision. This class
// generates candidates and keeps the current network; the methods evaluate and judge them.
class GreedySearch {
 public:
  // Both must outlive this object. Requires valid options.
  GreedySearch(Session& session, const GreedyOptions& options);

  // Finds the first current network: evaluates the shallowest networks, widest first, until one is within the budget
  // and can be trained. If no width of the range fits, it tries narrower ones, since the range is a preference but the
  // budget is not. Returns false if even the narrowest one cannot be used.
  bool start();

  // The network that was kept last. Requires that there is one.
  const Trial& current() const { return *current_; }
  const Chain& chain() const { return current_->candidate.architecture.chain(); }
  // Record the decision on a trial. The one that is kept becomes the current network.
  void keep(const Trial& trial, const std::string& why);
  void reject(const Trial& trial, const std::string& why);

  // A candidate that trains from scratch, and that later candidates can branch off (warm starts).
  Candidate from_scratch(const std::string& stage, const Chain& chain, int epochs) const;
  // A candidate that branches off the training of the current network, if both train equally long.
  Candidate changed(const std::string& stage, const Chain& chain, int epochs) const;

  // Evaluates deeper networks, one layer more each time, until the current one is good enough, `judge` ends growth, or
  // the largest depth is reached. Budget rule: a network over the budget is tried again with smaller widths of the
  // range, because the next stage shrinks the width anyway; if no width is left, growth ends. `evaluate` returns
  // nullopt if the time is up. `judge` keeps or rejects a network, and returns whether growth continues. Returns false
  // if the time is up.
  using Evaluate = std::function<std::optional<Trial>(const Chain& deeper)>;
  bool grow(const Evaluate& evaluate, const std::function<bool(const Trial&)>& judge);

  // The widths of the range below the current one, largest first.
  std::vector<int> narrower_widths() const;

  // Call `attempt` with the current architecture changed in one layer, layer by layer from the input: to a standard
  // convolution, or to each larger kernel. If `attempt` returns false (the time is up), they stop and return false.
  using Attempt = std::function<bool(const Chain& changed)>;
  bool change_operations(const Attempt& attempt) const;
  bool change_kernels(const Attempt& attempt) const;
  // Keeps a trial with one changed layer if it gains more than `margin` over the current network (below 0: loses less);
  // otherwise the layer stays as it was. Budget rule: a change that does not fit is rejected. `where` follows the two
  // scores in the reason.
  void judge_changed_layer(const Trial& trial, double margin, const std::string& where = "");

  // The larger of `tolerance` and `noise` standard errors of the difference between the two. A negative tolerance is
  // not enlarged: with few images and much noise it would accept every loss.
  double with_noise(double tolerance, const Outcome& outcome, const Outcome& reference) const;
  // False if the gain would have to be larger than what is missing to 100 %.
  bool can_gain(double margin) const;

  // For the progress display, the largest number of candidates: of start, growth and narrower widths together, from
  // here on; of changed operations and of changed kernels, for a network of `depth`.
  int max_growth() const;
  int max_operations(int depth) const { return layers_tried(depth); }
  int max_kernels(int depth) const { return layers_tried(depth) * static_cast<int>(options_.kernels.size()); }

 private:
  bool good_enough() const;
  int layers_tried(int depth) const;
  // The current network's index in widths_; widths_.size() if it is not in the list.
  size_t width_index() const;

  Session& session_;
  const GreedyOptions& options_;
  const std::vector<int> widths_;  // of the range, largest first
  std::optional<Trial> current_;
};

}  // namespace mininas
