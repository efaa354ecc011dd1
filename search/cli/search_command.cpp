// mininas search: the main job, from images to verified C.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "datasets/folds.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/pipeline.h"
#include "search/job/run_images.h"
#include "search/job/search_data.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  SearchSettings settings;
  MethodChoice choice;
  std::string out, resume;
  FileOptions files;
};

// Sets what depends on several options, after all of them are known.
void complete_settings(const Command& command, Options& o) {
  SearchSettings& s = o.settings;
  if (s.scored_on == ScoredOn::kAsPublished)
    command.refuse({"validation-fraction"}, "has no effect with --score as-published, which scores on the test images");
  s.recipe.seed = o.common.seed;
  if (s.scored_on == ScoredOn::kAsPublished && !command.given("schedule"))
    s.recipe.schedule = ScheduleStep::kBeforeEpoch;
  usage_of([&] { validate(s); });
}

// The amount of training that the search plans.
SearchPlan plan_of(const SearchSettings& s, const Dataset& data) {
  const int64_t passes = passes_for(data.train.count(), s.recipe.batch, s.epoch_steps);
  const auto images = static_cast<double>(passes * data.train.count());
  return {candidate_images(s, data.train.count()), images * s.recipe.epochs, images * s.quantize.epochs};
}

// Options that --resume takes where the first limits allowed nothing.
std::vector<std::string> limit_names() {
  std::vector<std::string> names;
  Budget budget;
  Target target;
  for (const OptionFields& fields : {option_fields(budget), option_fields(target)})
    for (const OptionField& field : fields) names.push_back(field.name);
  return names;
}

std::vector<std::string> given_limits(const Command& command) {
  std::vector<std::string> names = limit_names();
  std::erase_if(names, [&](const std::string& name) { return !command.given(name); });
  return names;
}

// Whether a search ended without any network that it could have trained, for its limits forbade all of them.
bool found_nothing(const RunFolder& folder) {
  const Journal journal(folder.journal_file());
  const auto over = [](const JournalEntry& e) { return e.trial.outcome.status == Status::kInfeasible; };
  return journal.end() && std::all_of(journal.entries().begin(), journal.entries().end(), over);
}

// A search's own network, and what else of its front was finished.
struct Finished {
  RunSummary summary;
  std::vector<FrontMember> front;
};

Finished run_in(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings, const Dataset& data,
                bool quiet) {
  Progress progress(quiet);
  progress.plan(plan_of(settings, data));
  try {
    const PipelineHooks hooks = progress.pipeline_hooks();
    Finished finished{run_pipeline(folder, identity, settings, data, hooks), {}};
    if (settings.pareto > 0) finished.front = finish_front(folder, identity, to_record(settings), data, hooks);
    return finished;
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: ", command_that_goes_on(folder, identity)));
  } catch (const ConfigError& error) {
    if (!found_nothing(folder)) throw;
    throw ConfigError(text(error.what(), "; with larger limits it goes on: ", command_that_goes_on(folder, identity),
                           " --max-flash ..."));
  }
}

// A search that found nothing is in nobody's way.
void make_way(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path / "run.json")) return;
  const RunFolder folder = RunFolder::open(path);
  if (read_run_file(folder, "").identity.kind != "search" || !found_nothing(folder)) return;
  std::filesystem::remove(folder.journal_file());
  std::filesystem::remove(folder.run_file());
}

// Limits that are only those of the run's board become none, so that those of another board can take their place.
Budget without_board(Budget budget, const Target& target, const Dataset& data) {
  const Budget own = within_board({}, target, data.train.shape, data.train.classes());
  if (budget.max_flash_bytes == own.max_flash_bytes) budget.max_flash_bytes = 0;
  if (budget.max_ram_bytes == own.max_ram_bytes) budget.max_ram_bytes = 0;
  return budget;
}

// The limits and the target that were given, in place of the run's: a search that found nothing begins again with them.
void take_limits(const RunFolder& folder, RunFile& run, SearchSettings& settings, const Dataset& data, Options& o,
                 const Command& command) {
  const std::vector<std::string> given = given_limits(command);
  if (given.empty()) return;
  if (!found_nothing(folder))
    throw UsageError(text("--", given.front(),
                          " cannot go with --resume: networks were chosen within the limits that the run began with"));
  settings.budget = without_board(settings.budget, settings.target, data);
  for (const auto& [fields, values] : {std::pair{option_fields(settings.budget), option_fields(o.settings.budget)},
                                       std::pair{option_fields(settings.target), option_fields(o.settings.target)}})
    for (const OptionField& field : fields)
      if (command.given(field.name)) from_record(OptionFields{field}, to_record(only(values, {field.name})));
  usage_of([&] { validate(settings); });
  settings.budget = within_board(settings.budget, settings.target, data.train.shape, data.train.classes());
  run.identity.command += "; " + command.typed();
  std::filesystem::remove(folder.journal_file());
  write_run_file(folder, run.identity, to_record(settings));
}

Finished begin(const Command& command, Options& o) {
  complete_settings(command, o);
  const Dataset data = open_data(o.settings.data, o.files, o.common);
  check_learnable(data.train);
  check_searchable(data.train);
  o.settings.data = data.source;
  settle_scoring(o.settings, data.train.count());
  o.settings.budget = within_board(o.settings.budget, o.settings.target, data.train.shape, data.train.classes());
  make_way(o.out);
  const RunFolder folder = RunFolder::create(o.out);
  write_run_images(folder, data);
  const RunIdentity identity{"search", command.typed(), o.settings.data, content_digest(data.train),
                             content_digest(data.test)};
  write_run_file(folder, identity, to_record(o.settings));
  return run_in(folder, identity, o.settings, data, o.common.quiet);
}

Finished go_on(const Command& command, Options& o) {
  const RunFolder folder = RunFolder::open(o.resume);
  RunFile run = read_run_file(folder, "search");
  SearchSettings settings = search_settings_from(run.settings);
  const Dataset data = open_run_data(folder, o.settings.data, DataUse::kGoOn, o.files, o.common);
  take_limits(folder, run, settings, data, o, command);
  return run_in(folder, run.identity, settings, data, o.common.quiet);
}

Record json_of(const Finished& finished) {
  Record record = to_record(finished.summary);
  std::vector<Record> front;
  for (const FrontMember& member : finished.front)
    front.push_back(to_record(member.summary).set("candidate", member.candidate));
  return front.empty() ? record : record.set("front", front);
}

void print_front(const std::vector<FrontMember>& front) {
  for (const FrontMember& member : front) {
    const FinishedNetwork& n = member.summary.network;
    print_row(text("front/", member.candidate),
              text(percent_text(n.test_accuracy_int8), " int8, flash ", grouped(n.cost.flash_bytes), ", RAM ",
                   grouped(n.cost.ram_bytes), ", ", member.summary.architecture, ", VERIFIED, ",
                   grouped(n.verify.bytes_different), " different"));
  }
}

// The title in the help for a group of settings.
std::string title_of(const OptionGroup& group, const Method& method) {
  if (group.key == "budget" || group.key == "target") return "Device";
  if (group.key == "numbers" || group.key == "quantize") return "Lengths";
  if (group.key == "method-options") return "Rules of " + method.name();
  return group.key == "recipe" ? "Training of every network" : "Options";
}

int run(Options& o, const Command& command) {
  if (o.resume.empty() == o.out.empty())
    throw UsageError("give either --out RUN for a new run or --resume RUN to go on with one");
  if (!o.resume.empty()) check_resumable(command, limit_names());
  if (o.resume.empty() && o.settings.data.empty())
    throw UsageError("--data is needed; `mininas help data` shows its forms");
  apply(o.common);
  const Finished finished = o.resume.empty() ? begin(command, o) : go_on(command, o);
  if (o.common.json) {
    print_json(json_of(finished));
  } else {
    const std::string folder = o.resume.empty() ? o.out : o.resume;
    print_summary(finished.summary, folder);
    print_front(finished.front);
    print_what_follows(finished.summary, folder);
  }
  return 0;
}

}  // namespace

void add_search_command(Parser& parser, const MethodChoice& choice) {
  auto o = std::make_shared<Options>();
  o->choice = choice;
  o->settings.method = method_of(choice);
  o->settings.method->adjust_recipe(o->settings.recipe);
  Command& command = parser.add(
      "search", "finds a network for your images, trains and quantises it, exports it to RUN/c and verifies the C",
      "Example:\n  mininas search --data folder:photos:64x64 --max-flash 64K --out run\n\n"
      "Where a mirrored image is another thing, as with digits, add --no-flip. `mininas help data` tells which images "
      "--data can name, `mininas help methods` the methods. Each method has "
      "options of its own: `mininas search --method M --help-all` shows those of M.",
      [o](const Command& given) { return run(*o, given); });
  command.option("out", o->out, "folder for the new run");
  command.option(
      "resume", o->resume,
      "folder of an interrupted run: goes on where it stopped, with the settings that it began with; where its "
      "limits allowed no network, new ones may be given");
  command.option("method,protocol", o->choice.method, "the method that searches");
  command.option("preset", o->choice.preset,
                 "a named set of values for the method's options; options given beside it win");
  for (const OptionGroup& group : option_groups(o->settings))
    command.section(title_of(group, *o->settings.method))
        .fields(group.key == "recipe" ? without(group.fields, {"epochs", "steps", "seed"}) : group.fields);
  add_file_options(command, o->files);
  add_common(command, o->common);
  command.details("Methods:\n" + method_help() + "\nImages:\n" + dataset_help());
  command.brief({"data", "out", "resume", "method", "max-flash", "max-ram", "board", "hours", "final-epochs", "json",
                 "quiet", "threads", "seed"});
}

}  // namespace mininas
