#include "search/methods/mini_nas.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"

namespace mininas {
namespace {

// "gains more than 0.25 points", where `gaining` is the beginning, or "loses no more than 0.50 points".
std::string gains(double margin, const std::string& gaining) {
  return margin < 0 ? text("loses no more than ", points(-margin), " points")
                    : text(gaining, points(margin), " points");
}

}  // namespace

OptionFields option_fields(MiniNasOptions& o) {
  OptionFields fields = option_fields(static_cast<GreedyOptions&>(o));
  fields.push_back({"finalists",
                    "at the end the network found and the best ones of the largest other depths, so many in all, train "
                    "longer, and the best of them is taken; 0: no such comparison",
                    &o.finalists, 0, kMaxDepth});
  fields.push_back({"finalist-epochs", "epochs of each of these finalists", &o.finalist_epochs, 1, 10000});
  return fields;
}

void validate(const MiniNasOptions& options) {
  validate_fields(options);
  validate(search_space(options));
}

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

MiniNasOptions fast_options() {
  MiniNasOptions o;
  o.epochs = 5;
  o.warm_epochs = 1;
  o.noise = 1;
  o.depth_gain = o.kernel_margin = -0.5;
  o.kernels = {7, 5};
  return o;
}

namespace {

// The stages. Each returns false if the time is up.
class MiniNas {
 public:
  MiniNas(Session& session, const MiniNasOptions& options)
      : session_(session), options_(options), walk_(session, options) {}

  bool start();
  bool grow();
  bool shrink();
  bool change_operations();
  bool change_kernels();
  void train_finalists();
  SearchResult found() const { return {{walk_.chain()}, walk_.current()}; }

 private:
  // Returns nullopt if only the time for the finalists is left.
  std::optional<Trial> ask(const Candidate& candidate);
  void remember(const Trial& trial);
  int changes(int depth) const { return walk_.max_operations(depth) + walk_.max_kernels(depth); }

  bool judge_deeper(const Trial& trial);
  bool judge_narrower(const Trial& trial, const Outcome& reference);
  // Evaluates a chain with one changed layer and keeps it if it gains more than `margin`.
  bool attempt(const std::string& stage, const Chain& changed, double margin);
  int finalist_count() const;
  std::vector<Architecture> finalists() const;
  void judge_finalist(const Trial& trial, bool first);

  Session& session_;
  const MiniNasOptions& options_;
  GreedySearch walk_;
  std::map<int, Trial> best_of_depth_;  // best trial by depth, of all that were trained
};

std::optional<Trial> MiniNas::ask(const Candidate& candidate) {
  if (session_.time_is_up(finalist_count() * options_.finalist_epochs)) return std::nullopt;
  const Trial trial = session_.evaluate(candidate);
  remember(trial);
  return trial;
}

void MiniNas::remember(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) return;
  const auto [best, first] = best_of_depth_.try_emplace(trial.candidate.architecture.chain().depth(), trial);
  if (!first && above(trial.outcome.score, best->second.outcome.score)) best->second = trial;
}

bool MiniNas::start() {
  session_.expect(walk_.max_growth() + changes(options_.max_depth) + options_.finalists);
  if (!walk_.start()) return false;
  remember(walk_.current());
  return true;
}

bool MiniNas::grow() {
  session_.expect(walk_.max_growth() + changes(options_.max_depth) + options_.finalists);
  return walk_.grow([&](const Chain& deeper) { return ask(walk_.from_scratch("depth", deeper, options_.epochs)); },
                    [&](const Trial& trial) { return judge_deeper(trial); });
}

// Returns whether growth continues.
bool MiniNas::judge_deeper(const Trial& trial) {
  if (trial.outcome.status != Status::kOk) {
    walk_.reject(trial, trial.outcome.problem + ": no deeper network is tried");
    return false;
  }
  const Outcome& reference = walk_.current().outcome;
  const double score = trial.outcome.score;
  const double gain = walk_.with_noise(options_.depth_gain, trial.outcome, reference);
  const double loss = walk_.with_noise(options_.depth_loss, trial.outcome, reference);
  const std::string compared = comparison(score, reference.score);
  if (at_least(score, reference.score + gain)) {
    walk_.keep(trial, equal(score, reference.score) ? text(compared, ": ", of_equals("deeper network"))
                      : gain < 0
                          ? text(compared, ": no more than ", points(-gain), " lost, the deeper network is kept")
                          : text(compared, ": a gain of at least ", points(gain), ", the deeper network is kept"));
    return true;
  }
  if (at_least(score, reference.score - loss)) {
    walk_.reject(
        trial, text(compared, gain < 0 ? ": more than " : ": less than ", points(std::abs(gain)),
                    gain < 0 ? " lost" : " gained", ", but no more than ", points(loss), " lost, so growing goes on"));
    return true;
  }
  const bool every_depth = options_.finalists > 0;
  walk_.reject(
      trial, text(compared, ": more than ", points(loss),
                  every_depth ? " lost; growing goes on, finalists want every depth" : " lost, which ends the growth"));
  return every_depth;
}

// The reference stays the same for all widths; otherwise a series of small losses could add up to a large one.
bool MiniNas::shrink() {
  const Outcome reference = walk_.current().outcome;
  const std::vector<int> widths = walk_.narrower_widths();
  session_.expect(static_cast<int>(widths.size()) + changes(walk_.chain().depth()) + options_.finalists);
  for (const int width : widths) {
    Chain narrower = walk_.chain();
    narrower.width = width;
    const auto trial = ask(walk_.changed("width", narrower, options_.epochs));
    if (!trial) return false;
    if (!judge_narrower(*trial, reference)) return true;
  }
  return true;
}

// Returns whether shrinking continues.
bool MiniNas::judge_narrower(const Trial& trial, const Outcome& reference) {
  if (trial.outcome.status != Status::kOk) {
    walk_.reject(trial, trial.outcome.problem + ": no narrower network is tried");
    return false;
  }
  const double tolerance = walk_.with_noise(options_.width_tolerance, trial.outcome, reference);
  const std::string compared = comparison(trial.outcome.score, reference.score) + " at the end of the depth stage";
  const bool kept = at_least(trial.outcome.score, reference.score - tolerance);
  if (kept)
    walk_.keep(trial, text(compared, ": ",
                           equal(trial.outcome.score, reference.score)
                               ? of_equals("narrower network")
                               : text("no more than ", points(tolerance), " lost, the narrower network is kept")));
  else
    walk_.reject(trial, text(compared, ": more than ", points(tolerance), " lost: no narrower network is tried"));
  return kept;
}

bool MiniNas::change_operations() {
  session_.expect(changes(walk_.chain().depth()) + options_.finalists);
  return walk_.change_operations(
      [&](const Chain& changed) { return attempt("operation", changed, options_.operation_margin); });
}

bool MiniNas::change_kernels() {
  session_.expect(walk_.max_kernels(walk_.chain().depth()) + options_.finalists);
  return walk_.change_kernels([&](const Chain& changed) { return attempt("kernel", changed, options_.kernel_margin); });
}

bool MiniNas::attempt(const std::string& stage, const Chain& changed, double margin) {
  if (!walk_.can_gain(margin)) return true;
  const auto trial = ask(walk_.changed(stage, changed, options_.epochs));
  if (trial) walk_.judge_changed_layer(*trial, margin);
  return trial.has_value();
}

// A single finalist would have no other to be compared with.
int MiniNas::finalist_count() const {
  const int count = std::min(static_cast<int>(best_of_depth_.size()), options_.finalists);
  return count > 1 ? count : 0;
}

// The search's own choice is first, as the finalist of its depth. Then follow the deepest networks, whose short
// trainings say least about them.
std::vector<Architecture> MiniNas::finalists() const {
  std::vector<Architecture> chosen = {walk_.chain()};
  for (auto best = best_of_depth_.rbegin(); best != best_of_depth_.rend(); ++best)
    if (best->first != walk_.chain().depth()) chosen.push_back(best->second.candidate.architecture);
  chosen.erase(chosen.begin() + finalist_count(), chosen.end());
  return chosen;
}

// Trains all finalists in one call, from scratch, even if the time is up: their time was reserved.
void MiniNas::train_finalists() {
  std::vector<Candidate> candidates;
  for (const Architecture& finalist : finalists())
    candidates.push_back({"finalists", finalist, options_.finalist_epochs});
  session_.expect(static_cast<int>(candidates.size()));
  bool first = true;
  for (const Trial& trial : session_.evaluate(candidates)) {
    judge_finalist(trial, first);
    first = first && trial.outcome.status != Status::kOk;
  }
}

// The best score wins, however small the difference: each finalist is good enough.
void MiniNas::judge_finalist(const Trial& trial, bool first) {
  if (trial.outcome.status != Status::kOk) return walk_.reject(trial, trial.outcome.problem + ": this finalist is out");
  const double score = trial.outcome.score, reference = walk_.current().outcome.score;
  if (first) return walk_.keep(trial, text(points(score), " %: the first finalist"));
  const std::string compared = comparison(score, reference);
  if (above(score, reference)) return walk_.keep(trial, compared + ": the better finalist");
  walk_.reject(trial, compared + ": no better than the finalist before");
}

}  // namespace

SearchResult mini_nas(Session& session, const MiniNasOptions& options) {
  MiniNas search(session, options);
  if (!search.start()) return {};
  if (search.grow() && search.shrink() && search.change_operations()) search.change_kernels();
  search.train_finalists();
  return search.found();
}

std::string mini_nas_rule(const MiniNasOptions& o, const std::string& stage) {
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
