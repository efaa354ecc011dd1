#include "search/methods/macro_micro.h"

#include "core/error.h"
#include "search/cost/cost.h"

namespace mininas {

MacroMicroOptions::MacroMicroOptions() {
  min_depth = 10;
  max_depth = 100;
  width_step = 2;
  kernels = {5};
  epochs = 10;
  target_accuracy = 100.0;
  target_tolerance = 0.10;
  train_ceiling = 99.5;
  depth_gain = 0.10;
  depth_loss = 0.05;
  width_tolerance = 0.0;
}

OptionFields option_fields(MacroMicroOptions& o) {
  OptionFields fields = option_fields(static_cast<GreedyOptions&>(o));
  const OptionFields more = {
      {"depth-epochs", "epochs more for each further depth", &o.depth_epochs, 0, 1000},
      {"width-epochs", "epochs more for each further width", &o.width_epochs, 0, 1000},
      {"micro-epochs", "epochs of each candidate of the operation and kernel stages", &o.micro_epochs, 1, 10000},
      {"depth-failures", "failures tolerated since the last deeper network was kept", &o.depth_failures, 0, 100},
      {"width-failures", "failures in a row tolerated while the network gets narrower", &o.width_failures, 0, 100},
      {"size-slack", "parameters that a changed layer may cost once the width has been shrunk", &o.size_slack, 0, 1e9},
      {"keep-macro-width", "the final network has the width that the macro stages found", &o.keep_macro_width},
  };
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

void validate(const MacroMicroOptions& options) {
  MacroMicroOptions copy = options;
  validate(option_fields(copy));
  validate(search_space(options));
}

namespace {

const MacroMicroOptions& checked(const MacroMicroOptions& options) {
  validate(options);
  return options;
}

}  // namespace

MacroMicro::MacroMicro(const MacroMicroOptions& options, int64_t score_images, CountParameters count)
    : GreedySearch(checked(options), search_space(options), score_images),
      options_(options),
      count_(std::move(count)) {}

void MacroMicro::begin_stage() {
  failures_ = 0;
  const Architecture& now = current()->candidate.architecture;
  if (stage() == Stage::kOperation) macro_width_ = now.width;
  size_limit_ = count_(now) + options_.size_slack;
}

std::optional<Candidate> MacroMicro::propose() {
  if (stage() == Stage::kFinalists) return std::nullopt;
  if (stage() == Stage::kOperation || stage() == Stage::kKernel) return propose_micro();
  const bool deepening = stage() == Stage::kDepth;
  const auto architecture = deepening ? next_depth() : next_width();
  if (!architecture) return std::nullopt;
  epochs_ = !current() ? options_.epochs : epochs_ + (deepening ? options_.depth_epochs : options_.width_epochs);
  return Candidate{stage_name(), *architecture, epochs_};
}

std::optional<Candidate> MacroMicro::propose_micro() {
  const Architecture& now = current()->candidate.architecture;
  if (!referenced_) return Candidate{stage_name(), now, options_.micro_epochs};
  const int layers = layers_tried(now.depth());
  for (;;) {
    const auto changed = stage() == Stage::kOperation ? walk().next_operation(now, layers)
                                                      : walk().next_kernel(now, layers, options_.kernels);
    if (!changed) return std::nullopt;
    if (const auto small = shrunk(*changed)) return Candidate{stage_name(), *small, options_.micro_epochs};
  }
}

std::optional<Architecture> MacroMicro::shrunk(Architecture changed) const {
  for (changed.width = macro_width_; changed.width >= 1; --changed.width)
    if (count_(changed) <= size_limit_) return changed;
  return std::nullopt;
}

Decision MacroMicro::judge(const Trial& trial) {
  if (stage() == Stage::kDepth) return judge_depth(trial);
  if (stage() == Stage::kWidth) return judge_width(trial);
  return referenced_ ? judge_change(trial) : judge_reference(trial);
}

// A near-tie neither counts nor resets the count.
Decision MacroMicro::judge_depth(const Trial& trial) {
  if (trial.outcome.status == Status::kInfeasible) return judge_too_deep(trial);
  const bool trained = trial.outcome.status == Status::kOk;
  const double score = trial.outcome.score, reference = current()->outcome.score;
  const double gain = with_noise(options_.depth_gain, trial.outcome, current()->outcome);
  const double loss = with_noise(options_.depth_loss, trial.outcome, current()->outcome);
  const std::string compared = trained ? comparison(score, reference) : trial.outcome.problem;
  if (trained && at_least(score, reference + gain)) {
    failures_ = 0;
    return accept(trial, text(compared, ": a gain of at least ", points(gain), ", the deeper network is kept"));
  }
  if (trained && at_least(score, reference - loss))
    return {false, text(compared, ": less than ", points(gain), " gained, but no more than ", points(loss),
                        " lost, which counts for nothing")};
  if (++failures_ > options_.depth_failures) end_stage();
  return {false, text(compared, ": failure ", failures_, " since the last gain, ", options_.depth_failures,
                      " are tolerated", failures_ > options_.depth_failures ? ", which ends the growth" : "")};
}

Decision MacroMicro::judge_width(const Trial& trial) {
  const bool trained = trial.outcome.status == Status::kOk;
  const double score = trial.outcome.score, reference = current()->outcome.score;
  const double tolerance = with_noise(options_.width_tolerance, trial.outcome, current()->outcome);
  const std::string compared = trained ? comparison(score, reference) : trial.outcome.problem;
  if (trained && at_least(score, reference - tolerance)) {
    failures_ = 0;
    return accept(trial, text(compared, ": no more than ", points(tolerance), " lost, the narrower network is kept"));
  }
  if (++failures_ > options_.width_failures) end_stage();
  return {false, text(compared, ": failure ", failures_, " in a row, ", options_.width_failures, " are tolerated",
                      failures_ > options_.width_failures ? ", which ends the shrinking" : "")};
}

Decision MacroMicro::judge_reference(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) {
    end_stage();  // and the kernel stage, which asks for the reference again, ends in the same way
    return {false, trial.outcome.problem + ": nothing to compare changed layers with"};
  }
  referenced_ = true;
  return accept(trial, text(points(trial.outcome.score), " % after ", options_.micro_epochs,
                            " epochs: the macro network, with which changed layers are compared; they may have ",
                            grouped(size_limit_), " parameters"));
}

// Budget rule: a change that does not fit is not made.
Decision MacroMicro::judge_change(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) return {false, trial.outcome.problem + ": the layer stays as it was"};
  const double reference = current()->outcome.score;
  const double margin = stage() == Stage::kOperation ? options_.operation_margin : options_.kernel_margin;
  const double needed = with_noise(margin, trial.outcome, current()->outcome);
  const std::string compared =
      text(comparison(trial.outcome.score, reference), " at width ", trial.candidate.architecture.width);
  if (above(trial.outcome.score, reference + needed))
    return accept(trial, text(compared, ": more than ", points(needed), " gained, the change is kept"));
  return {false, text(compared, ": not more than ", points(needed), " gained, the layer stays as it was")};
}

// Budget rule: where the macro width does not fit, the widest below it that does; the searched width is known to.
std::vector<Architecture> MacroMicro::finals() const {
  if (!current()) return {};
  Architecture found = current()->candidate.architecture;
  std::vector<Architecture> choices;
  const int searched = found.width;
  for (found.width = options_.keep_macro_width && macro_width_ > 0 ? macro_width_ : searched; found.width >= searched;
       --found.width)
    choices.push_back(found);
  return choices;
}

int MacroMicro::most_left() const {
  const int kernels = static_cast<int>(options_.kernels.size());
  const int depth = stage() == Stage::kDepth ? options_.max_depth
                    : current()              ? current()->candidate.architecture.depth()
                                             : 0;
  const int layers = layers_tried(depth), micro = 2 + layers * (1 + kernels);
  switch (stage()) {
    case Stage::kDepth:
      return depths_left() + widths_left() + micro;
    case Stage::kWidth:
      return widths_left() - 1 + micro;
    case Stage::kOperation:
      return 1 + walk().most_left(layers, 1) + layers * kernels;
    case Stage::kKernel:
      return 1 + walk().most_left(layers, kernels);
    default:
      return 0;
  }
}

std::string MacroMicro::rule(const std::string& stage) const {
  const MacroMicroOptions& o = options_;
  const std::string noise = noise_rule(o), part = layers_rule(o);
  if (stage == "depth")
    return text("Networks of separable 3x3 layers, ", o.max_width, " wide, grow from ", o.min_depth,
                " layers to at most ", o.max_depth, "; the first trains ", o.epochs, " epochs, each further one ",
                o.depth_epochs, " longer. One that gains ", points(o.depth_gain),
                " points or more is kept; one that loses no more than ", points(o.depth_loss),
                " counts for nothing; any other is a failure. More than ", o.depth_failures,
                " failures since the last one kept end the stage; so does a score of ",
                points(o.target_accuracy - o.target_tolerance), " % or a training accuracy of ",
                points(o.train_ceiling), " %.", noise);
  if (stage == "width")
    return text("The network is made narrower by ", o.width_step, " channels at a time, down to ", o.min_width,
                ", and trains ", o.width_epochs, " epochs longer each time. It is kept where it loses no more than ",
                points(o.width_tolerance), " points against the network kept last; more than ", o.width_failures,
                " failures in a row end the stage.", noise);
  const std::string brief =
      text(", the width shrunk until the network has no more parameters than before the stage and ",
           grouped(o.size_slack), "; ", o.micro_epochs, " epochs; kept where it gains more than ");
  if (stage == "operation")
    return text("The macro network is trained once more as the reference. Then, layer by layer from the input", part,
                ": a standard convolution in place of the separable one", brief, points(o.operation_margin), " points.",
                noise);
  return text("Layer by layer from the input", part, ": each larger kernel", brief, points(o.kernel_margin), " points.",
              noise);
}

}  // namespace mininas
