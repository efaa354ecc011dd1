// mininas search: the main job, from images to verified C.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/pipeline.h"
#include "search/job/run_images.h"

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
  const auto images = static_cast<double>(data.train.count());
  const double searched = s.scored_on == ScoredOn::kAsPublished ? images : (1 - s.validation_fraction) * images;
  return {s.search_images > 0 ? std::min(searched, static_cast<double>(s.search_images)) : searched,
          images * s.recipe.epochs, images * s.quantize.epochs};
}

RunSummary run_in(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings, const Dataset& data,
                  bool quiet) {
  Progress progress(quiet);
  progress.plan(plan_of(settings, data));
  try {
    return run_pipeline(folder, identity, settings, data, progress.pipeline_hooks());
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: mininas search --resume ", quoted(folder.path().string())));
  }
}

RunSummary begin(const Command& command, Options& o) {
  complete_settings(command, o);
  const Dataset data = open_data(o.settings.data, o.files, o.common);
  check_learnable(data.train);
  check_searchable(data.train);
  o.settings.data = data.source;
  const RunFolder folder = RunFolder::create(o.out);
  write_run_images(folder, data);
  const RunIdentity identity{"search", command.typed(), o.settings.data, content_digest(data.train),
                             content_digest(data.test)};
  write_run_file(folder, identity, to_record(o.settings));
  return run_in(folder, identity, o.settings, data, o.common.quiet);
}

RunSummary go_on(const Options& o) {
  const RunFolder folder = RunFolder::open(o.resume);
  const RunFile run = read_run_file(folder, "search");
  SearchSettings settings = search_settings_from(run.settings);
  const Dataset data = open_run_data(folder, o.settings.data, DataUse::kGoOn, o.files, o.common);
  return run_in(folder, run.identity, settings, data, o.common.quiet);
}

// Requires the summary of a search.
void print_summary(const RunSummary& s, const std::string& folder) {
  const FinishedNetwork& n = s.network;
  if (s.label) print_row("LABEL", *s.label);
  print_row("architecture", s.architecture);
  print_row("parameters", grouped(n.cost.parameters));
  print_row("flash",
            text(grouped(n.cost.flash_bytes), " bytes, of these code for Cortex-M4: ", grouped(n.cost.code_bytes)));
  print_row("RAM", text(grouped(n.cost.ram_bytes), " bytes of arena"));
  print_row("MACs", grouped(n.cost.macs));
  print_latency(s.latency);
  print_row("test accuracy",
            text(percent_text(n.test_accuracy_int8), " int8, ", percent_text(n.test_accuracy_float), " float"));
  print_row("candidates",
            text(s.search->candidates, ", of these trained: ", s.search->trained, "; search ended: ", s.search->end));
  print_row("time", duration_text(n.seconds));
  print_row("weights", "sha256 " + n.weights_sha256);
  print_row("C code", folder + "/c");
  print_row("VERIFIED", counts_text(n.verify));
  const std::string run = quoted(folder);
  print_next({{"mininas report " + run, "the run as a page, " + folder + "/report.html"},
              {"mininas eval " + run + " --int8 --mistakes", "which test images it gets wrong"},
              {"mininas predict " + run + " FILES", "the classes of new images"}});
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
  if (!o.resume.empty()) check_resumable(command);
  if (o.resume.empty() && o.settings.data.empty())
    throw UsageError("--data is needed; `mininas help data` shows its forms");
  apply(o.common);
  const RunSummary summary = o.resume.empty() ? begin(command, o) : go_on(o);
  if (o.common.json)
    print_json(to_record(summary));
  else
    print_summary(summary, o.resume.empty() ? o.out : o.resume);
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
      "`mininas help data` tells which images --data can name, `mininas help methods` the methods. Each method has "
      "options of its own: `mininas search --method M --help-all` shows those of M.",
      [o](const Command& given) { return run(*o, given); });
  command.option("out", o->out, "folder for the new run");
  command.option("resume", o->resume,
                 "folder of an interrupted run: goes on where it stopped, with the settings that it began with");
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
