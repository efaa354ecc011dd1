// mininas replay: runs a search method on a published log and reports whether it makes the same search.
#include <cstdio>
#include <iostream>
#include <memory>

#include "core/error.h"
#include "core/wrapped.h"
#include "search/cli/commands.h"
#include "search/cost/cost.h"
#include "search/run/replay.h"

namespace mininas {
namespace {

constexpr int64_t kScoreImages = 10000;  // the published searches used the test images of CIFAR-10

struct Options {
  CommonOptions common;
  MethodChoice choice;
  std::string log;
  std::unique_ptr<Method> method;
  int classes = 0, channels = 0, score_images = kScoreImages;
  bool explain = false;
};

// Prints the rule of each stage when it begins, then one line per candidate with the reason of its decision.
class Lesson {
 public:
  explicit Lesson(const Method& method) : method_(method) {}

  void tell(const LoggedTrial& logged, const Decision& decision) {
    const Candidate& candidate = logged.trial.candidate;
    if (candidate.stage != stage_) {
      stage_ = candidate.stage;
      std::printf("%s%s\n\n", number_ == 0 ? "" : "\n", wrapped(text(stage_, ": ", method_.rule(stage_)), 80).c_str());
    }
    std::printf("%4d  %-8s  %s, %s parameters, %d epochs\n                %s\n", ++number_,
                decision.kept ? "kept" : "rejected", to_text(candidate.architecture).c_str(),
                grouped(logged.parameters).c_str(), candidate.epochs, decision.reason.c_str());
  }

 private:
  const Method& method_;
  std::string stage_;
  int number_ = 0;
};

Record decision_record(const LoggedTrial& logged, const Decision& decision, const Method& method) {
  const Candidate& candidate = logged.trial.candidate;
  const Outcome& outcome = logged.trial.outcome;
  Record record;
  record.set("line", logged.line).set("stage", candidate.stage).set("architecture", to_text(candidate.architecture));
  record.set("params", logged.parameters).set("epochs", candidate.epochs).set("score", outcome.score);
  return record.set("accepted", decision.kept).set("reason", decision.reason).set("rule", method.rule(candidate.stage));
}

// With --explain, prints each decision as it is made, or collects them in `decisions` for JSON.
ReplayResult walk(const Options& o, const std::vector<LoggedTrial>& log, const LoggedTask& task,
                  std::vector<Record>& decisions) {
  Lesson lesson(*o.method);
  ReplayHooks hooks;
  if (o.explain)
    hooks.on_decision = [&](const LoggedTrial& trial, const Decision& made) {
      if (o.common.json)
        decisions.push_back(decision_record(trial, made, *o.method));
      else
        lesson.tell(trial, made);
    };
  ReplayResult end = replay(*o.method, log, task, o.score_images, hooks);
  if (o.explain && !o.common.json) std::printf("\n");
  return end;
}

// Requires that there was no difference.
void print(const Options& o, size_t candidates, const LoggedTask& task, const SearchResult& found) {
  const Architecture &best = found.best->candidate.architecture, &to_train = found.finals.front();
  print_row("replayed", text(candidates, " candidates of ", o.method->name(), " without a difference (", task.classes,
                             " classes, ", task.channels, " channels)"));
  print_row("architecture", to_text(best));
  print_row("parameters", grouped(parameter_count(best, task)));
  print_row("score", text(found.best->outcome.score, " %"));
  if (!(to_train == best))
    print_row("to train", text(to_text(to_train), ", ", grouped(parameter_count(to_train, task)), " parameters"));
}

Record to_record(const Options& o, size_t candidates, const LoggedTask& task, const ReplayResult& end) {
  Record record;
  record.set("method", o.method->name()).set("candidates", static_cast<int64_t>(candidates));
  record.set("classes", task.classes).set("channels", task.channels).set("equal", !end.difference);
  if (end.difference) record.set("difference", text(o.log, ", ", *end.difference));
  if (!end.result.best) return record;
  const Architecture &best = end.result.best->candidate.architecture, &to_train = end.result.finals.front();
  record.set("architecture", to_text(best)).set("params", parameter_count(best, task));
  record.set("score", end.result.best->outcome.score);
  return record.set("final_architecture", to_text(to_train)).set("final_params", parameter_count(to_train, task));
}

// What no option says is taken from the log. Returns what that changed.
std::string complete_options(Options& o, const std::vector<LoggedTrial>& log, const Command& command) {
  const OptionFields fields = o.method->fields();
  std::vector<std::string> given;
  for (const OptionField& field : fields)
    if (command.given(field.name)) given.push_back(field.name);
  std::string ranges = take_ranges(log, without(fields, given));
  usage_of([&] { o.method->validate(); });
  return ranges;
}

int run(Options& o, const Command& command) {
  const auto log = read_published_log(o.log);
  const std::string ranges = complete_options(o, log, command);
  LoggedTask task;
  try {
    task = deduce_task(log.front(), o.channels, o.classes);
  } catch (const ConfigError& error) {
    throw FormatError(text(o.log, ", ", error.what()));
  }
  if (!ranges.empty() && !o.common.json) print_row("from the log", ranges);
  std::vector<Record> decisions;
  const ReplayResult end = walk(o, log, task, decisions);
  if (o.common.json) {
    Record record = to_record(o, log.size(), task, end);
    if (o.explain) record.set("decisions", decisions);
    print_json(record);
  } else if (!end.difference) {
    print(o, log.size(), task, end.result);
  }
  std::fflush(stdout);
  if (end.difference) std::cerr << "mininas: " << o.log << ", " << *end.difference << "\n";
  return end.difference ? 1 : 0;
}

}  // namespace

void add_replay_command(Parser& parser, const MethodChoice& choice) {
  auto o = std::make_shared<Options>();
  o->method = method_of(choice);
  o->choice = choice;
  Command& command = parser.add(
      "replay", "checks whether a search method would have asked for the candidates of a published log",
      "Example:\n  mininas replay --method trg-nas log.csv --explain\n\nEach method has options of its own: `mininas "
      "replay --method M --help-all` shows those of M.\nWhere no option says otherwise, widths, depths, epochs and "
      "kernels begin as the log does.\nExit status 0: the method asks for the candidates of the log, one by one; 1: "
      "it does not, and the first difference is shown.",
      [o](const Command& given) { return run(*o, given); });
  command.positional(
      "LOG.csv", o->log,
      "the log, one candidate a line: step, stage, depth, width, ops, kernels, epochs, params, train_acc, "
      "valid_acc, epoch1_valid_acc");
  command.option("method,protocol", o->choice.method, "the method that is said to have left the log");
  command.option("preset", o->choice.preset,
                 "a named set of values for the method's options; options given beside it win");
  command.flag("explain", o->explain, "print every decision with the rule of the method that made it");
  command.fields({{"classes", "number of classes of the data set; 0: deduce it from the log's first parameter count",
                   &o->classes, 0, 100000},
                  {"channels", "channels of the images, 1 or 3; 0: deduce them as well", &o->channels, 0, 3},
                  {"score-images", "how many images each score of the log was measured on; --noise needs it",
                   &o->score_images, 1, 1e9}});
  command.section("Rules of " + o->method->name()).fields(o->method->fields());
  add_common(command, o->common, {.threads = false, .seed = false});
  command.details("Methods:\n" + method_help());
  command.brief({"method", "preset", "explain", "classes", "channels", "score-images", "json", "quiet"});
}

}  // namespace mininas
