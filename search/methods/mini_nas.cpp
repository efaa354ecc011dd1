#include "search/methods/mini_nas.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace mininas {
namespace {

// "gains more than 0.25 points", with `gaining` for the first words; "loses no more than 0.50 points"
std::string gains(double margin, const std::string& gaining) {
  return margin < 0 ? text("loses no more than ", points(-margin), " points")
                    : text(gaining, points(margin), " points");
}

}  // namespace

OptionFields option_fields(MiniNasOptions& o) {
  OptionFields fields = option_fields(static_cast<GreedyOptions&>(o));
  fields.push_back({"finalists",
                    "in the end, the network found and the best ones of the largest other depths, so many in all, "
                    "train longer; 0: none",
                    &o.finalists, 0, kMaxDepth});
  fields.push_back({"finalist-epochs", "epochs of each finalist", &o.finalist_epochs, 1, 10000});
  return fields;
}

void validate(const MiniNasOptions& options) { validate(static_cast<const GreedyOptions&>(options)); }

MiniNasOptions trg_nas_options() {
  MiniNasOptions o;
  o.min_depth = 10;
  o.max_depth = 20;
  o.max_width = 72;
  o.epochs = 600;
  o.operation_margin = o.kernel_margin = 0.10;
  o.layer_fraction = 2.0 / 3.0;
  return o;
}

void MiniNas::begin_stage() {
  if (stage() == Stage::kWidth) width_reference_ = current()->outcome;
  if (stage() == Stage::kFinalists) pick_finalists();
}

void MiniNas::note(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) return;
  const auto [best, first] = best_of_depth_.try_emplace(trial.candidate.architecture.depth(), trial);
  if (!first && above(trial.outcome.score, best->second.outcome.score)) best->second = trial;
}

// One alone would have nobody to be compared with.
int MiniNas::finalist_count() const {
  const int count = std::min(static_cast<int>(best_of_depth_.size()), options_.finalists);
  return count > 1 ? count : 0;
}

int MiniNas::concluding_epochs() const { return concluding() ? 0 : finalist_count() * options_.finalist_epochs; }

// The search's own choice is asked for first: it stands in for its depth. Then the deepest ones, whose short scores say
// least.
void MiniNas::pick_finalists() {
  const int count = finalist_count();
  if (count == 0) return;
  const Architecture& own = current()->candidate.architecture;
  for (auto best = best_of_depth_.rbegin(); best != best_of_depth_.rend(); ++best)
    if (best->first != own.depth()) finalists_.push_back(best->second.candidate.architecture);
  finalists_.resize(static_cast<size_t>(count) - 1);
  finalists_.insert(finalists_.begin(), own);
  std::reverse(finalists_.begin(), finalists_.end());
}

std::optional<Candidate> MiniNas::propose() {
  const auto architecture = next_architecture();
  if (!architecture) return std::nullopt;
  return Candidate{stage_name(), *architecture,
                   stage() == Stage::kFinalists ? options_.finalist_epochs : options_.epochs};
}

std::optional<Architecture> MiniNas::next_architecture() {
  if (stage() == Stage::kDepth) return next_depth();
  if (stage() == Stage::kWidth) return next_width();
  if (stage() == Stage::kFinalists) return next_finalist();
  const Architecture& now = current()->candidate.architecture;
  const int layers = layers_tried(now.depth());
  if (stage() == Stage::kOperation)
    return can_gain(options_.operation_margin) ? walk().next_operation(now, layers) : std::nullopt;
  return can_gain(options_.kernel_margin) ? walk().next_kernel(now, layers, options_.kernels) : std::nullopt;
}

std::optional<Architecture> MiniNas::next_finalist() {
  if (finalists_.empty()) return std::nullopt;
  const Architecture next = finalists_.back();
  finalists_.pop_back();
  return next;
}

Decision MiniNas::judge(const Trial& trial) {
  switch (stage()) {
    case Stage::kDepth:
      return judge_depth(trial);
    case Stage::kWidth:
      return judge_width(trial);
    case Stage::kOperation:
      return judge_gain(trial, options_.operation_margin);
    case Stage::kKernel:
      return judge_gain(trial, options_.kernel_margin);
    default:
      return judge_finalist(trial);
  }
}

Decision MiniNas::judge_depth(const Trial& trial) {
  if (trial.outcome.status == Status::kInfeasible) return judge_too_deep(trial);
  if (trial.outcome.status != Status::kOk) {
    end_stage();
    return {false, trial.outcome.problem + ": no deeper network is tried"};
  }
  const Outcome& reference = current()->outcome;
  const double score = trial.outcome.score;
  const double gain = with_noise(options_.depth_gain, trial.outcome, reference);
  const double loss = with_noise(options_.depth_loss, trial.outcome, reference);
  const std::string compared = comparison(score, reference.score);
  if (at_least(score, reference.score + gain))
    return accept(trial, gain < 0
                             ? text(compared, ": no more than ", points(-gain), " lost, the deeper network is kept")
                             : text(compared, ": a gain of at least ", points(gain), ", the deeper network is kept"));
  if (at_least(score, reference.score - loss))
    return {false,
            text(compared, gain < 0 ? ": more than " : ": less than ", points(std::abs(gain)),
                 gain < 0 ? " lost" : " gained", ", but no more than ", points(loss), " lost, so growing goes on")};
  if (options_.finalists > 0)
    return {false, text(compared, ": more than ", points(loss), " lost; growing goes on, finalists want every depth")};
  end_stage();
  return {false, text(compared, ": more than ", points(loss), " lost, which ends the growth")};
}

// The reference does not move, or a long row of small losses would add up to a large one.
Decision MiniNas::judge_width(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) {
    end_stage();
    return {false, trial.outcome.problem + ": no narrower network is tried"};
  }
  const double tolerance = with_noise(options_.width_tolerance, trial.outcome, width_reference_);
  const std::string compared =
      comparison(trial.outcome.score, width_reference_.score) + " at the end of the depth stage";
  if (at_least(trial.outcome.score, width_reference_.score - tolerance))
    return accept(trial, text(compared, ": no more than ", points(tolerance), " lost, the narrower network is kept"));
  end_stage();
  return {false, text(compared, ": more than ", points(tolerance), " lost: no narrower network is tried")};
}

// Budget rule: a change that does not fit is not made.
Decision MiniNas::judge_gain(const Trial& trial, double margin) {
  if (trial.outcome.status != Status::kOk) return {false, trial.outcome.problem + ": the layer stays as it was"};
  const Outcome& reference = current()->outcome;
  const double needed = with_noise(margin, trial.outcome, reference);
  const std::string compared = comparison(trial.outcome.score, reference.score);
  const std::string bound = needed < 0 ? text(points(-needed), " lost") : text(points(needed), " gained");
  if (above(trial.outcome.score, reference.score + needed))
    return accept(trial, text(compared, needed < 0 ? ": less than " : ": more than ", bound, ", the change is kept"));
  return {false,
          text(compared, needed < 0 ? ": not less than " : ": not more than ", bound, ", the layer stays as it was")};
}

// The best score wins, by however little: each of them was good enough, and one has to be taken.
Decision MiniNas::judge_finalist(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) return {false, trial.outcome.problem + ": this finalist is out"};
  const double score = trial.outcome.score, reference = current()->outcome.score;
  if (current()->candidate.stage != stage_name()) return accept(trial, text(points(score), " %: the first finalist"));
  const std::string compared = comparison(score, reference);
  if (above(score, reference)) return accept(trial, compared + ": the better finalist");
  return {false, compared + ": no better than the finalist before"};
}

int MiniNas::most_left() const {
  if (stage() == Stage::kFinalists) return static_cast<int>(finalists_.size());
  return stage() == Stage::kDone ? 0 : most_left_before_finalists() + options_.finalists;
}

int MiniNas::most_left_before_finalists() const {
  const int kernels = static_cast<int>(options_.kernels.size());
  const int depth = stage() == Stage::kDepth ? options_.max_depth
                    : current()              ? current()->candidate.architecture.depth()
                                             : 0;
  const int layers = layers_tried(depth);
  switch (stage()) {
    case Stage::kDepth:
      return depths_left() + widths_left() + layers * (1 + kernels);
    case Stage::kWidth:
      return widths_left() - 1 + layers * (1 + kernels);
    case Stage::kOperation:
      return walk().most_left(layers, 1) + layers * kernels;
    default:
      return walk().most_left(layers, kernels);
  }
}

std::string MiniNas::rule(const std::string& stage) const {
  const MiniNasOptions& o = options_;
  const std::string noise = noise_rule(o), part = layers_rule(o);
  if (stage == "depth")
    return text("Networks of separable 3x3 layers, ", o.max_width, " wide, grow from ", o.min_depth,
                " layers to at most ", o.max_depth, ". One that ", gains(o.depth_gain, "gains at least "), " is kept; ",
                o.noise > 0 || -o.depth_gain < o.depth_loss
                    ? text("one that loses no more than ", points(o.depth_loss),
                           o.noise > 0 ? " points or noise" : " points", " is not otherwise, but growing goes on; ")
                    : "",
                "one that loses more ",
                o.finalists > 0
                    ? "is not, but growing goes on, as finalists want every depth. The stage ends early at a score of "
                    : "ends the stage. So does a score of ",
                points(o.target_accuracy - o.target_tolerance), " % or a training accuracy of ",
                points(o.train_ceiling), " %.", noise);
  if (stage == "width")
    return text("The network is made narrower by ", o.width_step, " channels at a time, down to ", o.min_width,
                ". It is kept as long as it ", "loses no more than ", points(o.width_tolerance),
                " points against the end of the depth stage; the first failure ends the ", "stage.", noise);
  if (stage == "operation")
    return text("Layer by layer from the input", part,
                ": a standard convolution in place of the separable one, kept where it ",
                gains(o.operation_margin, "gains more than "), ".", o.operation_margin < 0 ? "" : noise);
  if (stage == "finalists")
    return text("The network found and the best one of each of the largest other depths, ", o.finalists,
                " in all, train anew from scratch for ", o.finalist_epochs,
                " epochs: short trainings favour shallow networks. The best score wins.");
  return text("Layer by layer from the input", part, ": each larger kernel, kept where it ",
              gains(o.kernel_margin, "gains more than "), ".", o.kernel_margin < 0 ? "" : noise);
}

}  // namespace mininas
