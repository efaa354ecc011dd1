#include "search/methods/macro_micro.h"

#include "core/error.h"
#include "search/cost/cost.h"
#include "search/space/build.h"

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
      {"depth-epochs", "additional epochs for each further depth", &o.depth_epochs, 0, 1000},
      {"width-epochs", "additional epochs for each further width", &o.width_epochs, 0, 1000},
      {"micro-epochs", "epochs of each candidate while operations and kernels are searched", &o.micro_epochs, 1, 10000},
      {"depth-failures", "depth stops growing after more failures than this since a deeper network was last kept",
       &o.depth_failures, 0, 100},
      {"width-failures", "width stops shrinking after more failures in a row than this", &o.width_failures, 0, 100},
      {"size-slack", "parameters by which a changed layer may enlarge the network, once its width has been shrunk",
       &o.size_slack, 0, 1e9},
      {"keep-macro-width", "give the final network the width that the depth and width stages found",
       &o.keep_macro_width},
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

// The stages. Each returns false if the time is up.
class MacroMicro {
 public:
  MacroMicro(Session& session, const MacroMicroOptions& options)
      : session_(session), options_(options), walk_(session, options), epochs_(options.epochs) {}

  bool start();
  bool grow();
  bool shrink();
  bool change_operations();
  bool change_kernels();
  SearchResult found() const { return {finals(), walk_.current()}; }

 private:
  std::optional<Trial> ask(const Candidate& candidate);
  int micro_questions(int depth) const { return 2 + walk_.max_operations(depth) + walk_.max_kernels(depth); }
  int64_t parameters(const Chain& architecture) const;

  bool judge_deeper(const Trial& trial);
  bool judge_narrower(const Trial& trial);
  // Trains the macro network for few epochs as the reference of the micro stages, unless that has been done. Returns
  // nullopt if the time is up, false if there is no reference.
  std::optional<bool> train_reference(const std::string& stage);
  bool attempt(const std::string& stage, const Chain& changed, double margin);
  // `changed` at the macro width, narrowed step by step until it is small enough; nullopt if no width is.
  std::optional<Chain> shrunk(Chain changed) const;
  std::vector<Architecture> finals() const;

  Session& session_;
  const MacroMicroOptions& options_;
  GreedySearch walk_;
  int epochs_;               // of the last candidate of the macro stages
  int failures_ = 0;         // counted by the rule of the current stage
  int macro_width_ = 0;      // 0: the macro stages are not finished
  bool referenced_ = false;  // the reference of the micro stages is trained
  int64_t size_limit_ = 0;   // in parameters, of the current micro stage
};

std::optional<Trial> MacroMicro::ask(const Candidate& candidate) {
  if (session_.time_is_up()) return std::nullopt;
  return session_.evaluate(candidate);
}

int64_t MacroMicro::parameters(const Chain& architecture) const {
  return parameter_count(build_network_spec(architecture, session_.task().input, session_.task().classes));
}

bool MacroMicro::start() {
  session_.expect(walk_.max_growth() + micro_questions(options_.max_depth));
  return walk_.start();
}

bool MacroMicro::grow() {
  session_.expect(walk_.max_growth() + micro_questions(options_.max_depth));
  return walk_.grow(
      [&](const Chain& deeper) { return ask(walk_.from_scratch("depth", deeper, epochs_ += options_.depth_epochs)); },
      [&](const Trial& trial) { return judge_deeper(trial); });
}

// Returns whether growth continues. A near-tie neither counts as a failure nor resets the count.
bool MacroMicro::judge_deeper(const Trial& trial) {
  const bool trained = trial.outcome.status == Status::kOk;
  const Outcome& reference = walk_.current().outcome;
  const double score = trial.outcome.score;
  const double gain = walk_.with_noise(options_.depth_gain, trial.outcome, reference);
  const double loss = walk_.with_noise(options_.depth_loss, trial.outcome, reference);
  const std::string compared = trained ? comparison(score, reference.score) : trial.outcome.problem;
  if (trained && at_least(score, reference.score + gain)) {
    failures_ = 0;
    walk_.keep(trial, text(compared, ": ",
                           equal(score, reference.score)
                               ? of_equals("deeper network")
                               : text("a gain of at least ", points(gain), ", the deeper network is kept")));
    return true;
  }
  if (trained && at_least(score, reference.score - loss)) {
    walk_.reject(trial, text(compared, ": less than ", points(gain), " gained, but no more than ", points(loss),
                             " lost, which counts for nothing"));
    return true;
  }
  const bool goes_on = ++failures_ <= options_.depth_failures;
  walk_.reject(trial, text(compared, ": failure ", failures_, " since the last gain, ", options_.depth_failures,
                           " are tolerated", goes_on ? "" : ", which ends the growth"));
  return goes_on;
}

bool MacroMicro::shrink() {
  failures_ = 0;
  const std::vector<int> widths = walk_.narrower_widths();
  session_.expect(static_cast<int>(widths.size()) + micro_questions(walk_.chain().depth()));
  for (const int width : widths) {
    Chain narrower = walk_.chain();
    narrower.width = width;
    const auto trial = ask(walk_.changed("width", narrower, epochs_ += options_.width_epochs));
    if (!trial) return false;
    if (!judge_narrower(*trial)) return true;
  }
  return true;
}

// Returns whether shrinking continues.
bool MacroMicro::judge_narrower(const Trial& trial) {
  const bool trained = trial.outcome.status == Status::kOk;
  const Outcome& reference = walk_.current().outcome;
  const double score = trial.outcome.score;
  const double tolerance = walk_.with_noise(options_.width_tolerance, trial.outcome, reference);
  const std::string compared = trained ? comparison(score, reference.score) : trial.outcome.problem;
  if (trained && at_least(score, reference.score - tolerance)) {
    failures_ = 0;
    walk_.keep(trial, text(compared, ": ",
                           equal(score, reference.score)
                               ? of_equals("narrower network")
                               : text("no more than ", points(tolerance), " lost, the narrower network is kept")));
    return true;
  }
  const bool goes_on = ++failures_ <= options_.width_failures;
  walk_.reject(trial, text(compared, ": failure ", failures_, " in a row, ", options_.width_failures, " are tolerated",
                           goes_on ? "" : ", which ends the shrinking"));
  return goes_on;
}

bool MacroMicro::change_operations() {
  macro_width_ = walk_.chain().width;
  size_limit_ = parameters(walk_.chain()) + options_.size_slack;
  session_.expect(micro_questions(walk_.chain().depth()));
  const auto comparable = train_reference("operation");
  if (!comparable.value_or(false)) return comparable.has_value();
  return walk_.change_operations(
      [&](const Chain& changed) { return attempt("operation", changed, options_.operation_margin); });
}

// If the macro network could not be trained in the operation stage, it is trained here.
bool MacroMicro::change_kernels() {
  size_limit_ = parameters(walk_.chain()) + options_.size_slack;
  session_.expect(1 + walk_.max_kernels(walk_.chain().depth()));
  const auto comparable = train_reference("kernel");
  if (!comparable.value_or(false)) return comparable.has_value();
  return walk_.change_kernels([&](const Chain& changed) { return attempt("kernel", changed, options_.kernel_margin); });
}

std::optional<bool> MacroMicro::train_reference(const std::string& stage) {
  if (referenced_) return true;
  const auto trial = ask(walk_.changed(stage, walk_.chain(), options_.micro_epochs));
  if (!trial) return std::nullopt;
  referenced_ = trial->outcome.status == Status::kOk;
  if (referenced_)
    walk_.keep(*trial, text(points(trial->outcome.score), " % after ", options_.micro_epochs,
                            " epochs: the macro network, with which changed layers are compared; they may have ",
                            grouped(size_limit_), " parameters"));
  else
    walk_.reject(*trial, trial->outcome.problem + ": nothing to compare changed layers with");
  return referenced_;
}

bool MacroMicro::attempt(const std::string& stage, const Chain& changed, double margin) {
  const auto small = shrunk(changed);
  if (!small) return true;
  const auto trial = ask(walk_.changed(stage, *small, options_.micro_epochs));
  if (trial) walk_.judge_changed_layer(*trial, margin, text(" at width ", small->width));
  return trial.has_value();
}

std::optional<Chain> MacroMicro::shrunk(Chain changed) const {
  for (changed.width = macro_width_; changed.width >= 1; --changed.width)
    if (parameters(changed) <= size_limit_) return changed;
  return std::nullopt;
}

// Budget rule: if the macro width does not fit, the largest width below it that does. The searched width is known to
// fit.
std::vector<Architecture> MacroMicro::finals() const {
  Chain found = walk_.chain();
  std::vector<Architecture> choices;
  const int searched = found.width;
  for (found.width = options_.keep_macro_width && macro_width_ > 0 ? macro_width_ : searched; found.width >= searched;
       --found.width)
    choices.push_back(found);
  return choices;
}

}  // namespace

SearchResult macro_micro(Session& session, const MacroMicroOptions& options) {
  MacroMicro search(session, options);
  if (!search.start()) return {};
  if (search.grow() && search.shrink() && search.change_operations()) search.change_kernels();
  return search.found();
}

std::string macro_micro_rule(const MacroMicroOptions& o, const std::string& stage) {
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
