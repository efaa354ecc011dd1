#include "search/methods/greedy.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "search/methods/paired_error.h"

namespace mininas {
OptionFields option_fields(GreedyOptions& o) {
  return {
      {"min-depth", "fewest searched layers of a network", &o.min_depth, kMinDepth, kMaxDepth},
      {"max-depth", "most searched layers of a network; more find larger networks and take longer", &o.max_depth,
       kMinDepth, kMaxDepth},
      {"min-width", "smallest width in channels; narrower only where the budget allows none so wide", &o.min_width, 1,
       kMaxWidth},
      {"max-width", "largest width in channels, with which the search starts", &o.max_width, 1, kMaxWidth},
      {"width-step", "channels from one width to the next; smaller steps search more finely", &o.width_step, 1,
       kMaxWidth},
      {"kernels", "larger kernels to try in each layer, in this order", &o.kernels, 3, 7},
      {"candidate-epochs",
       "epochs of each candidate (macro-micro: of the first); more of them rank candidates more reliably", &o.epochs, 1,
       10000},
      {"target-accuracy", "the network stops growing once its score in percent reaches this, less --target-tolerance",
       &o.target_accuracy, 0, 100},
      {"target-tolerance", "percentage points below the target that still count as reached", &o.target_tolerance, 0,
       100},
      {"train-ceiling", "the network also stops growing at this training accuracy in percent", &o.train_ceiling, 0,
       100},
      {"depth-gain", "percentage points that a deeper network must gain to be kept; below 0: that it may lose",
       &o.depth_gain, -100, 100},
      {"depth-loss", "percentage points that a deeper network may lose without counting as a failure", &o.depth_loss, 0,
       100},
      {"width-tolerance",
       "percentage points that a narrower network may lose and still be kept; raise it for smaller networks",
       &o.width_tolerance, 0, 100},
      {"operation-margin",
       "percentage points that a standard convolution must gain more than to be kept; below 0: that it may lose",
       &o.operation_margin, -100, 100},
      {"kernel-margin",
       "percentage points that a larger kernel must gain more than to be kept; below 0: that it may lose",
       &o.kernel_margin, -100, 100},
      {"layer-fraction",
       "share of the layers, counted from the input, on which operations and kernels are tried; lower it for a shorter "
       "search",
       &o.layer_fraction, 0, 1},
      {"noise",
       "tolerances of 0 or more become at least so many standard errors of the difference of two scores, since "
       "validation images are few; 0: they stay",
       &o.noise, 0, 10},
      {"warm-epochs",
       "candidates, except deeper ones, go on from the current network's weights as they were so many epochs before "
       "its "
       "training ended, which is faster; 0: all begin anew",
       &o.warm_epochs, 0, 10000},
  };
}

SearchSpace search_space(const GreedyOptions& o) {
  SearchSpace space{o.min_depth, o.max_depth, o.min_width, o.max_width, o.width_step, {3}};
  space.kernels.insert(space.kernels.end(), o.kernels.begin(), o.kernels.end());
  return space;
}

void validate(const GreedyOptions& options) {
  validate_fields(options);
  validate(search_space(options));
}

std::string noise_rule(const GreedyOptions& o) {
  if (o.noise == 0) return "";
  return text(" Each tolerance is at least ", o.noise, o.noise == 1 ? " standard error" : " standard errors",
              " of the difference.");
}

std::string layers_rule(const GreedyOptions& o) {
  return o.layer_fraction < 1 ? text(" on the first ", points(100 * o.layer_fraction), " % of the layers") : "";
}

GreedySearch::GreedySearch(Session& session, const GreedyOptions& options)
    : session_(session), options_(options), widths_(widths(search_space(options))) {}

bool GreedySearch::start() {
  std::vector<int> all = widths_;
  for (int width = all.back() - options_.width_step; width >= 1; width -= options_.width_step) all.push_back(width);
  for (const int width : all) {
    const Chain shallowest = plain_chain(width, options_.min_depth);
    const Trial trial = session_.evaluate(from_scratch("depth", shallowest, options_.epochs));
    if (trial.outcome.status == Status::kOk) {
      keep(trial, text(points(trial.outcome.score), " %: the first network"));
      return true;
    }
    reject(trial, trial.outcome.problem + ": the search starts with a cheaper network");
  }
  return false;
}

void GreedySearch::keep(const Trial& trial, const std::string& why) {
  current_ = trial;
  session_.decide(trial, true, why);
}

void GreedySearch::reject(const Trial& trial, const std::string& why) { session_.decide(trial, false, why); }

Candidate GreedySearch::from_scratch(const std::string& stage, const Chain& chain, int epochs) const {
  Candidate candidate{stage, chain, epochs};
  if (options_.warm_epochs > 0) candidate.branch_epoch = std::max(epochs - options_.warm_epochs, 0);
  return candidate;
}

Candidate GreedySearch::changed(const std::string& stage, const Chain& chain, int epochs) const {
  Candidate candidate = from_scratch(stage, chain, epochs);
  if (candidate.branch_epoch == 0 || current().candidate.epochs != epochs) return candidate;
  candidate.ancestors = current().candidate.ancestors;
  candidate.ancestors.push_back(current().candidate.architecture);
  return candidate;
}

bool GreedySearch::grow(const Evaluate& evaluate, const std::function<bool(const Trial&)>& judge) {
  size_t width = width_index();
  for (int depth = options_.min_depth + 1; depth <= options_.max_depth && !good_enough();) {
    const auto trial = evaluate(plain_chain(width < widths_.size() ? widths_[width] : chain().width, depth));
    if (!trial) return false;
    if (trial->outcome.status != Status::kInfeasible) {
      if (!judge(*trial)) return true;
      ++depth;
    } else if (++width < widths_.size()) {
      reject(*trial, trial->outcome.problem + ": as deep a network is tried narrower");
    } else {
      reject(*trial, trial->outcome.problem + ": no deeper network is tried");
      return true;
    }
  }
  return true;
}

std::vector<int> GreedySearch::narrower_widths() const {
  const size_t next = std::min(width_index() + 1, widths_.size());
  return {widths_.begin() + static_cast<std::ptrdiff_t>(next), widths_.end()};
}

bool GreedySearch::change_operations(const Attempt& attempt) const {
  const int layers = layers_tried(chain().depth());
  for (int layer = 0; layer < layers; ++layer) {
    Chain changed = chain();
    changed.layers[static_cast<size_t>(layer)].operation = Operation::kConv;
    if (!attempt(changed)) return false;
  }
  return true;
}

bool GreedySearch::change_kernels(const Attempt& attempt) const {
  const int layers = layers_tried(chain().depth());
  for (int layer = 0; layer < layers; ++layer)
    for (const int kernel : options_.kernels) {
      Chain changed = chain();
      SearchedLayer& searched = changed.layers[static_cast<size_t>(layer)];
      if (kernel <= searched.kernel) continue;
      searched.kernel = kernel;
      if (!attempt(changed)) return false;
    }
  return true;
}

void GreedySearch::judge_changed_layer(const Trial& trial, double margin, const std::string& where) {
  if (trial.outcome.status != Status::kOk) return reject(trial, trial.outcome.problem + ": the layer stays as it was");
  const Outcome& reference = current().outcome;
  const double needed = with_noise(margin, trial.outcome, reference);
  const std::string compared = comparison(trial.outcome.score, reference.score) + where;
  const std::string bound =
      needed < 0 ? text("less than ", points(-needed), " lost") : text("more than ", points(needed), " gained");
  if (above(trial.outcome.score, reference.score + needed))
    keep(trial, text(compared, ": ",
                     equal(trial.outcome.score, reference.score) ? of_equals("larger layer")
                                                                 : bound + ", the change is kept"));
  else
    reject(trial, text(compared, ": not ", bound, ", the layer stays as it was"));
}

double GreedySearch::with_noise(double tolerance, const Outcome& outcome, const Outcome& reference) const {
  const double error = error_of_difference(session_.task(), outcome, reference);
  return tolerance < 0 ? tolerance : std::max(tolerance, options_.noise * error);
}

bool GreedySearch::can_gain(double margin) const {
  if (margin < 0) return true;
  // If the other network classifies everything correctly, the error of the difference is that of the score alone.
  const double score = current().outcome.score;
  const auto images = static_cast<double>(session_.task().score_images);
  return above(100.0, score + std::max(margin, options_.noise * standard_error(score, images)));
}

int GreedySearch::max_growth() const {
  const int starts = current_ ? 0 : static_cast<int>(widths_.size()) + widths_.back() / options_.width_step;
  const int narrower = static_cast<int>(current_ ? narrower_widths().size() : widths_.size());
  return starts + narrower + options_.max_depth - options_.min_depth + narrower;
}

bool GreedySearch::good_enough() const {
  const Outcome& now = current().outcome;
  return at_least(now.score, options_.target_accuracy - options_.target_tolerance) ||
         at_least(now.best_train, options_.train_ceiling);
}

// The small term makes two thirds of 15 exactly 10.
int GreedySearch::layers_tried(int depth) const {
  return static_cast<int>(std::floor(options_.layer_fraction * depth + 1e-6));
}

size_t GreedySearch::width_index() const {
  return static_cast<size_t>(std::find(widths_.begin(), widths_.end(), chain().width) - widths_.begin());
}

}  // namespace mininas
