#include "search/methods/greedy.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "search/methods/answers.h"

namespace mininas {
namespace {

constexpr double kRounding = 1e-9;

std::string formatted(const char* format, double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, format, value);
  return digits;
}

// Before anything is made of them.
const GreedyOptions& checked(const GreedyOptions& options) {
  validate(options);
  return options;
}

}  // namespace

OptionFields option_fields(GreedyOptions& o) {
  return {
      {"min-depth", "fewest searched layers", &o.min_depth, kMinDepth, kMaxDepth},
      {"max-depth", "most searched layers", &o.max_depth, kMinDepth, kMaxDepth},
      {"min-width", "smallest width, unless the budget allows none so wide", &o.min_width, 1, kMaxWidth},
      {"max-width", "largest width, where the search starts", &o.max_width, 1, kMaxWidth},
      {"width-step", "from one width to the next", &o.width_step, 1, kMaxWidth},
      {"kernels", "larger kernels to try, in this order", &o.kernels, 3, 7},
      {"candidate-epochs", "epochs of each candidate (macro-micro: of the first)", &o.epochs, 1, 10000},
      {"target-accuracy", "percent; the network stops growing there, less the target tolerance", &o.target_accuracy, 0,
       100},
      {"target-tolerance", "points below the target that are good enough", &o.target_tolerance, 0, 100},
      {"train-ceiling", "percent of training accuracy at which the network stops growing", &o.train_ceiling, 0, 100},
      {"depth-gain", "points that a deeper network must gain; below 0: may lose", &o.depth_gain, -100, 100},
      {"depth-loss", "points that a deeper network may lose without counting as a failure", &o.depth_loss, 0, 100},
      {"width-tolerance", "points that a narrower network may lose", &o.width_tolerance, 0, 100},
      {"operation-margin", "points that a standard convolution must gain more than; below 0: may lose",
       &o.operation_margin, -100, 100},
      {"kernel-margin", "points that a larger kernel must gain more than; below 0: may lose", &o.kernel_margin, -100,
       100},
      {"layer-fraction", "part of the layers, from the input, on which operations and kernels are tried",
       &o.layer_fraction, 0, 1},
      {"noise", "a tolerance of 0 or more is at least so many standard errors of the difference; 0: never widened",
       &o.noise, 0, 10},
      {"warm-epochs",
       "candidates branch off the current network's training where so many epochs are left, but for deeper ones; 0: "
       "never",
       &o.warm_epochs, 0, 10000},
  };
}

SearchSpace search_space(const GreedyOptions& o) {
  SearchSpace space{o.min_depth, o.max_depth, o.min_width, o.max_width, o.width_step, {3}};
  space.kernels.insert(space.kernels.end(), o.kernels.begin(), o.kernels.end());
  return space;
}

void validate(const GreedyOptions& options) {
  GreedyOptions copy = options;  // fields point into a struct that could be written to
  validate(option_fields(copy));
  validate(search_space(options));
}

bool at_least(double score, double bound) { return score >= bound - kRounding; }
bool above(double score, double bound) { return score > bound + kRounding; }

std::string points(double value) { return formatted("%.2f", value); }

std::string comparison(double score, double reference) {
  return text(points(score), " % against ", points(reference), " % (", formatted("%+.2f", score - reference), ")");
}

std::string noise_rule(const GreedyOptions& o) {
  if (o.noise == 0) return "";
  return text(" Each tolerance is at least ", o.noise, o.noise == 1 ? " standard error" : " standard errors",
              " of the difference.");
}

std::string layers_rule(const GreedyOptions& o) {
  return o.layer_fraction < 1 ? text(" on the first ", points(100 * o.layer_fraction), " % of the layers") : "";
}

std::optional<Architecture> LayerWalk::next_operation(const Architecture& current, int layers) {
  if (layer_ >= layers) return std::nullopt;
  Architecture changed = current;
  changed.layers[static_cast<size_t>(layer_++)].operation = Operation::kConv;
  return changed;
}

std::optional<Architecture> LayerWalk::next_kernel(const Architecture& current, int layers,
                                                   const std::vector<int>& kernels) {
  for (; layer_ < layers; ++layer_, choice_ = 0)
    while (choice_ < static_cast<int>(kernels.size())) {
      Architecture changed = current;
      int& kernel = changed.layers[static_cast<size_t>(layer_)].kernel;
      const int larger = kernels[static_cast<size_t>(choice_++)];
      if (larger <= kernel) continue;
      kernel = larger;
      return changed;
    }
  return std::nullopt;
}

std::vector<Architecture> starts(const SearchSpace& space) {
  std::vector<Architecture> all;
  for (const int width : widths(space)) all.push_back(plain_architecture(width, space.min_depth));
  for (int width = all.back().width - space.width_step; width >= 1; width -= space.width_step)
    all.push_back(plain_architecture(width, space.min_depth));
  return all;
}

GreedySearch::GreedySearch(const GreedyOptions& options, const SearchSpace& space, int64_t score_images)
    : common_(checked(options)), score_images_(score_images), widths_(widths(space)), starts_(starts(space)) {
  MN_CHECK(score_images >= 1, score_images, " images to score on");
}

std::optional<Candidate> GreedySearch::ask() {
  MN_CHECK(!asked_, "the last candidate has not been told yet");
  while (stage_ != Stage::kDone) {
    if (!stage_over_ && (asked_ = propose())) {
      warm_start(*asked_);
      return asked_;
    }
    // Without a first network there is nothing to refine.
    stage_ = current_ ? static_cast<Stage>(static_cast<int>(stage_) + 1) : Stage::kDone;
    stage_over_ = false;
    walk_ = LayerWalk();
    if (stage_ == Stage::kWidth) width_ = place_of_width();
    if (stage_ != Stage::kDone) begin_stage();
  }
  return std::nullopt;
}

Decision GreedySearch::tell(const Trial& trial) {
  MN_CHECK(asked_ && trial.candidate.architecture == asked_->architecture, "told what was not asked");
  asked_.reset();
  note(trial);
  return stage_ == Stage::kDepth && !current_ ? judge_start(trial) : judge(trial);
}

bool GreedySearch::conclude() {
  if (!current_ || concluding()) return false;
  stage_ = Stage::kKernel;  // behind which come the finalists
  end_stage();
  return true;
}

void GreedySearch::warm_start(Candidate& candidate) const {
  // Finalists train from scratch.
  if (common_.warm_epochs > 0 && stage_ != Stage::kFinalists)
    candidate.branch_epoch = std::max(candidate.epochs - common_.warm_epochs, 0);
  if (candidate.branch_epoch == 0 || stage_ == Stage::kDepth || current_->candidate.epochs != candidate.epochs) return;
  candidate.ancestors = current_->candidate.ancestors;
  candidate.ancestors.push_back(current_->candidate.architecture);
}

std::string GreedySearch::stage_name() const {
  constexpr const char* kNames[] = {"depth", "width", "operation", "kernel", "finalists", "done"};
  return kNames[static_cast<int>(stage_)];
}

Decision GreedySearch::accept(const Trial& trial, const std::string& reason) {
  current_ = trial;
  return {true, reason};
}

std::optional<Architecture> GreedySearch::next_depth() {
  if (!current_) {
    if (start_ == starts_.size()) return std::nullopt;  // not even the cheapest fits
    depth_ = common_.min_depth;
    return starts_[start_];
  }
  if (good_enough() || depth_ == common_.max_depth) return std::nullopt;
  Architecture deeper = current_->candidate.architecture;
  deeper.layers.assign(static_cast<size_t>(++depth_), SearchedLayer{});
  if (width_ < widths_.size()) deeper.width = widths_[width_];
  return deeper;
}

Decision GreedySearch::judge_too_deep(const Trial& trial) {
  if (width_ + 1 < widths_.size()) {
    ++width_;
    --depth_;
    return {false, trial.outcome.problem + ": as deep a network is tried narrower"};
  }
  end_stage();
  return {false, trial.outcome.problem + ": no deeper network is tried"};
}

Decision GreedySearch::judge_start(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) {
    ++start_;
    return {false, trial.outcome.problem + ": the search starts with a cheaper network"};
  }
  const Decision decision = accept(trial, text(points(trial.outcome.score), " %: the first network"));
  width_ = place_of_width();
  return decision;
}

size_t GreedySearch::place_of_width() const {
  const auto place = std::find(widths_.begin(), widths_.end(), current_->candidate.architecture.width);
  return static_cast<size_t>(place - widths_.begin());
}

bool GreedySearch::good_enough() const {
  const Outcome& now = current_->outcome;
  return at_least(now.score, common_.target_accuracy - common_.target_tolerance) ||
         at_least(now.best_train, common_.train_ceiling);
}

std::optional<Architecture> GreedySearch::next_width() {
  if (width_ + 1 >= widths_.size()) return std::nullopt;
  Architecture narrower = current_->candidate.architecture;
  narrower.width = widths_[++width_];
  return narrower;
}

double GreedySearch::with_noise(double tolerance, const Outcome& outcome, const Outcome& reference) const {
  const auto images = static_cast<double>(score_images_);
  const bool paired = !outcome.right.empty() && outcome.right.size() == reference.right.size();
  const double error =
      paired ? paired_standard_error(outcome.right, reference.right, images) : standard_error(reference.score, images);
  return tolerance < 0 ? tolerance : std::max(tolerance, common_.noise * error);
}

int GreedySearch::layers_tried(int depth) const {
  return static_cast<int>(std::floor(common_.layer_fraction * depth + 1e-6));  // two thirds of 15 are 10
}

bool GreedySearch::can_gain(double margin) const {
  if (margin < 0) return true;
  // Against a network that answers everything right, the error of the difference is that of the score alone.
  const double score = current_->outcome.score;
  const double needed = std::max(margin, common_.noise * standard_error(score, static_cast<double>(score_images_)));
  return above(100.0, score + needed);
}

int GreedySearch::depths_left() const {
  const int starts = current_ ? 0 : static_cast<int>(starts_.size() - start_);
  const int narrower = static_cast<int>(widths_.size() - width_);
  return starts + narrower + common_.max_depth - std::max(depth_, common_.min_depth - 1);
}

int GreedySearch::widths_left() const {
  const bool growing = stage_ == Stage::kDepth && current_;
  return static_cast<int>(widths_.size() - (growing ? place_of_width() : width_));
}

}  // namespace mininas
