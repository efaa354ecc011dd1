#include "search/mini_nas.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"

namespace mininas {
namespace {

// Scores are ratios of small integers in floating point: 95.53 + 0.10 and 95.63 must count as equal.
constexpr double kRounding = 1e-9;

bool at_least(double score, double bound) { return score >= bound - kRounding; }
bool above(double score, double bound) { return score > bound + kRounding; }

std::string points(double value, const char* format = "%.2f") {
  char digits[32];
  std::snprintf(digits, sizeof digits, format, value);
  return digits;
}
std::string signed_points(double value) { return points(value, "%+.2f"); }

// "95.28 % against 94.86 % (+0.42)"
std::string comparison(double score, double reference) {
  return text(points(score), " % against ", points(reference), " % (", signed_points(score - reference), ")");
}

std::string stage_name(int stage) {
  constexpr const char* kNames[] = {"depth", "width", "operation", "kernel", "done"};
  return kNames[stage];
}

// `widths` and, in the same steps, those below them.
std::vector<int> with_narrower(std::vector<int> widths, int step) {
  while (widths.back() > step) widths.push_back(widths.back() - step);
  return widths;
}

}  // namespace

OptionFields option_fields(MiniNasOptions& o) {
  return {
      {"min-depth", "fewest searched layers", &o.min_depth, kMinDepth, kMaxDepth},
      {"max-depth", "most searched layers", &o.max_depth, kMinDepth, kMaxDepth},
      {"min-width", "smallest width, unless the budget allows none so wide", &o.min_width, 1, kMaxWidth},
      {"max-width", "largest width, where the search starts", &o.max_width, 1, kMaxWidth},
      {"width-step", "from one width to the next", &o.width_step, 1, kMaxWidth},
      {"kernels", "larger kernels to try, in this order", &o.kernels, 3, 7},
      {"candidate-epochs", "epochs of each candidate", &o.epochs, 1, 10000},
      {"target-accuracy", "percent; the network stops growing there, less the target tolerance", &o.target_accuracy, 0, 100},
      {"target-tolerance", "points below the target that are good enough", &o.target_tolerance, 0, 100},
      {"depth-gain", "points that a deeper network must gain", &o.depth_gain, 0, 100},
      {"depth-loss", "points that a deeper network may lose without ending the growth", &o.depth_loss, 0, 100},
      {"width-tolerance", "points that a narrower network may lose", &o.width_tolerance, 0, 100},
      {"operation-margin", "points that a standard convolution must gain more than", &o.operation_margin, 0, 100},
      {"kernel-margin", "points that a larger kernel must gain more than", &o.kernel_margin, 0, 100},
      {"layer-fraction", "part of the layers, from the input, on which operations and kernels are tried", &o.layer_fraction, 0, 1},
      {"noise", "every tolerance is at least so many standard errors of the score; 0: the bare tolerances", &o.noise, 0, 10},
  };
}

SearchSpace search_space(const MiniNasOptions& o) {
  SearchSpace space{o.min_depth, o.max_depth, o.min_width, o.max_width, o.width_step, {3}};
  space.kernels.insert(space.kernels.end(), o.kernels.begin(), o.kernels.end());
  return space;
}

void validate(const MiniNasOptions& options) {
  MiniNasOptions copy = options;  // fields point into a struct that could be written to
  validate(option_fields(copy));
  validate(search_space(options));
}

namespace {

// Before anything is made of them.
const MiniNasOptions& checked(const MiniNasOptions& options) {
  validate(options);
  return options;
}

}  // namespace

MiniNas::MiniNas(const MiniNasOptions& options, int64_t validation_images)
    : options_(checked(options)),
      validation_images_(validation_images),
      widths_(widths(search_space(options))),
      starting_widths_(with_narrower(widths_, options.width_step)) {
  MN_CHECK(validation_images >= 1, validation_images, " validation images");
}

std::optional<Candidate> MiniNas::ask() {
  MN_CHECK(!asked_, "the last candidate has not been told yet");
  while (stage_ != Stage::kDone) {
    if (!stage_over_)
      if (const auto architecture = propose()) {
        asked_ = Candidate{stage_name(static_cast<int>(stage_)), *architecture, options_.epochs};
        return asked_;
      }
    enter_next_stage();
  }
  return std::nullopt;
}

Decision MiniNas::tell(const Trial& trial) {
  MN_CHECK(asked_ && trial.candidate.architecture == asked_->architecture, "told what was not asked");
  asked_.reset();
  switch (stage_) {
    case Stage::kDepth: return current_ ? judge_depth(trial) : judge_start(trial);
    case Stage::kWidth: return judge_width(trial);
    case Stage::kOperation: return judge_gain(trial, options_.operation_margin);
    default: return judge_gain(trial, options_.kernel_margin);
  }
}

std::optional<Architecture> MiniNas::propose() {
  switch (stage_) {
    case Stage::kDepth: return propose_depth();
    case Stage::kWidth: return propose_width();
    case Stage::kOperation: return propose_operation();
    default: return propose_kernel();
  }
}

void MiniNas::enter_next_stage() {
  // Without a first network there is nothing to refine.
  stage_ = current_ ? static_cast<Stage>(static_cast<int>(stage_) + 1) : Stage::kDone;
  stage_over_ = false;
  layer_ = 0;
  kernel_ = 0;
  if (stage_ == Stage::kWidth) width_reference_ = current_->outcome.score;
}

// --- Stage 1: depth ---

std::optional<Architecture> MiniNas::propose_depth() {
  if (!current_) {
    if (width_ == starting_widths_.size()) return std::nullopt;  // not even the narrowest fits
    depth_ = options_.min_depth;
  } else {
    const Outcome& now = current_->outcome;
    const bool good_enough = at_least(now.score, options_.target_accuracy - options_.target_tolerance) || at_least(now.best_train, 100.0);
    if (good_enough || depth_ == options_.max_depth) return std::nullopt;
    ++depth_;
  }
  return plain_architecture(starting_widths_[width_], depth_);
}

// Budget rule: the search starts at the largest width whose shallowest network fits. Where that is none of the range, narrower ones are
// tried: the range is a habit, the budget a fact.
Decision MiniNas::judge_start(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) {
    ++width_;
    return {false, trial.outcome.problem + ": the search starts narrower"};
  }
  return accept(trial, text(points(trial.outcome.score), " %: the first network"));
}

// Budget rule: a network that does not fit ends the growth, for deeper ones would not fit either.
Decision MiniNas::judge_depth(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) {
    stage_over_ = true;
    return {false, trial.outcome.problem + ": no deeper network is tried"};
  }
  const double score = trial.outcome.score, reference = current_->outcome.score;
  const double gain = with_noise(options_.depth_gain, reference), loss = with_noise(options_.depth_loss, reference);
  const std::string compared = comparison(score, reference);
  if (at_least(score, reference + gain))
    return accept(trial, text(compared, ": a gain of at least ", points(gain), ", the deeper network is kept"));
  if (at_least(score, reference - loss))
    return {false, text(compared, ": less than ", points(gain), " gained, but no more than ", points(loss), " lost, so growing goes on")};
  stage_over_ = true;
  return {false, text(compared, ": more than ", points(loss), " lost, which ends the growth")};
}

// --- Stage 2: width ---

std::optional<Architecture> MiniNas::propose_width() {
  if (width_ + 1 >= widths_.size()) return std::nullopt;
  Architecture narrower = current_->candidate.architecture;
  narrower.width = widths_[++width_];
  return narrower;
}

// The reference does not move, or a long row of small losses would add up to a large one.
Decision MiniNas::judge_width(const Trial& trial) {
  stage_over_ = true;
  if (trial.outcome.status != Status::kOk) return {false, trial.outcome.problem + ": no narrower network is tried"};
  const double tolerance = with_noise(options_.width_tolerance, width_reference_);
  const std::string compared = comparison(trial.outcome.score, width_reference_) + " at the end of the depth stage";
  if (!at_least(trial.outcome.score, width_reference_ - tolerance))
    return {false, text(compared, ": more than ", points(tolerance), " lost, which ends the shrinking")};
  stage_over_ = false;
  return accept(trial, text(compared, ": no more than ", points(tolerance), " lost, the narrower network is kept"));
}

// --- Stages 3 and 4: operation and kernel, layer by layer ---

int MiniNas::layers_tried(int depth) const {
  return static_cast<int>(std::floor(options_.layer_fraction * depth + 1e-6));  // two thirds of 15 are 10
}

// No network can gain more than what is missing to 100 %: where a change would have to, none is tried.
bool MiniNas::can_gain(double margin) const {
  const double score = current_->outcome.score;
  return above(100.0, score + with_noise(margin, score));
}

std::optional<Architecture> MiniNas::propose_operation() {
  if (!can_gain(options_.operation_margin) || layer_ >= layers_tried(current_->candidate.architecture.depth())) return std::nullopt;
  Architecture changed = current_->candidate.architecture;
  changed.layers[static_cast<size_t>(layer_++)].operation = Operation::kConv;
  return changed;
}

std::optional<Architecture> MiniNas::propose_kernel() {
  if (!can_gain(options_.kernel_margin)) return std::nullopt;
  for (; layer_ < layers_tried(current_->candidate.architecture.depth()); ++layer_, kernel_ = 0)
    while (kernel_ < options_.kernels.size()) {
      Architecture changed = current_->candidate.architecture;
      changed.layers[static_cast<size_t>(layer_)].kernel = options_.kernels[kernel_++];
      if (changed != current_->candidate.architecture) return changed;
    }
  return std::nullopt;
}

// Budget rule: a change that does not fit is not made.
Decision MiniNas::judge_gain(const Trial& trial, double margin) {
  if (trial.outcome.status != Status::kOk) return {false, trial.outcome.problem + ": the layer stays as it was"};
  const double reference = current_->outcome.score;
  const double needed = with_noise(margin, reference);
  const std::string compared = comparison(trial.outcome.score, reference);
  if (above(trial.outcome.score, reference + needed))
    return accept(trial, text(compared, ": more than ", points(needed), " gained, the change is kept"));
  return {false, text(compared, ": not more than ", points(needed), " gained, the layer stays as it was")};
}

// --- All stages ---

Decision MiniNas::accept(const Trial& trial, const std::string& reason) {
  current_ = trial;
  return {true, reason};
}

int MiniNas::most_left() const {
  const int kernels = static_cast<int>(options_.kernels.size());
  const int depth = stage_ == Stage::kDepth ? options_.max_depth : current_ ? current_->candidate.architecture.depth() : 0;
  const int layers = layers_tried(depth), narrower = static_cast<int>(starting_widths_.size() - width_);
  switch (stage_) {
    case Stage::kDepth: return options_.max_depth - std::max(depth_, options_.min_depth - 1) + narrower + layers * (1 + kernels);
    case Stage::kWidth: return narrower - 1 + layers * (1 + kernels);
    case Stage::kOperation: return layers - layer_ + layers * kernels;
    case Stage::kKernel: return (layers - layer_) * kernels - static_cast<int>(kernel_);
    default: return 0;
  }
}

double MiniNas::with_noise(double tolerance, double score) const {
  const double p = std::clamp(score / 100.0, 0.0, 1.0);
  const double standard_error = 100.0 * std::sqrt(p * (1.0 - p) / static_cast<double>(validation_images_));
  return std::max(tolerance, options_.noise * standard_error);
}

}  // namespace mininas
