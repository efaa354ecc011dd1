// mininas search: the main job, from images to verified C.
#include <cstdio>
#include <memory>

#include "core/error.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/pipeline.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  SearchSettings settings;
  MethodChoice choice;
  std::string score = "validation";
  std::string max_flash, max_ram, max_macs, max_params, max_instructions, max_ms, board, clock, ram_plan = "strips";
  std::string out, resume;
};

template <class Number>
Number limit(const std::string& name, const std::string& value, Number (*parse)(const std::string&)) {
  if (value.empty()) return 0;
  try {
    return parse(value);
  } catch (const ConfigError& error) {
    throw UsageError(text("--", name, ": ", error.what()));
  }
}

// Moves what came as text into the settings.
void complete_settings(const Command& command, Options& o) {
  SearchSettings& s = o.settings;
  s.recipe.seed = o.common.seed;
  s.scored_on = parse_scored_on(o.score);
  if (s.scored_on == ScoredOn::kAsPublished && !command.given("schedule"))
    s.recipe.schedule = ScheduleStep::kBeforeEpoch;
  s.budget = {limit("max-flash", o.max_flash, parse_size),   limit("max-ram", o.max_ram, parse_size),
              limit("max-macs", o.max_macs, parse_count),    limit("max-instructions", o.max_instructions, parse_count),
              limit("max-ms", o.max_ms, parse_milliseconds), limit("max-params", o.max_params, parse_count)};
  s.target = parse_target(o.board, o.clock, o.ram_plan);
  try {
    validate(s);
  } catch (const ConfigError& error) {
    throw UsageError(error.what());
  }
}

Record run_in(const RunFolder& folder, const RunIdentity& identity, SearchSettings& settings, const Dataset& data,
              bool quiet) {
  Progress progress(quiet);
  try {
    return run_pipeline(folder, identity, settings, data, progress.pipeline_hooks());
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: mininas search --resume ", folder.path().string()));
  }
}

Record begin(const Command& command, Options& o) {
  complete_settings(command, o);
  const Dataset data = open_dataset(o.settings.data, o.common.seed);
  const RunFolder folder = RunFolder::create(o.out);
  const RunIdentity identity{"search", command.typed(), o.settings.data, content_digest(data.train),
                             content_digest(data.test)};
  write_run_file(folder, identity, to_record(o.settings));
  return run_in(folder, identity, o.settings, data, o.common.quiet);
}

Record go_on(const Options& o) {
  const RunFolder folder = RunFolder::open(o.resume);
  const RunFile run = read_run_file(folder, "search");
  SearchSettings settings = search_settings_from(run.settings);
  const Dataset data = open_run_data(run, o.settings.data);
  check_same_data(folder, run.identity, content_digest(data.train), content_digest(data.test));
  return run_in(folder, run.identity, settings, data, o.common.quiet);
}

void print_summary(const Record& s, const std::string& folder) {
  const Record verify = s.record("verify");
  if (s.has("label")) print_row("LABEL", s.string("label"));
  print_row("architecture", s.string("architecture"));
  print_row("parameters", grouped(s.integer64("params")));
  print_row("flash", text(grouped(s.integer64("flash_bytes")),
                          " bytes, of these code for Cortex-M4: ", grouped(s.integer64("code_bytes"))));
  print_row("RAM", text(grouped(s.integer64("ram_bytes")), " bytes of arena"));
  print_row("MACs", grouped(s.integer64("macs")));
  print_latency(s);
  print_row("test accuracy", text(percent_text(s.number("test_accuracy_int8")), " int8, ",
                                  percent_text(s.number("test_accuracy_float")), " float"));
  print_row("candidates", text(s.integer("candidates"), ", of these trained: ", s.integer("candidates_trained"),
                               "; search ended: ", s.string("search_end")));
  print_row("time", duration_text(s.number("seconds")));
  print_row("weights", "sha256 " + s.string("weights_sha256"));
  print_row("C code", folder + "/c");
  print_row("VERIFIED", text(grouped(verify.integer64("images")), " images, ", verify.integer64("layers"), " layers, ",
                             grouped(verify.integer64("bytes_compared")), " bytes compared, ",
                             verify.integer64("bytes_different"), " different"));
}

int run(Options& o, const Command& command) {
  if (o.resume.empty() == o.out.empty())
    throw UsageError("give either --out RUN for a new run or --resume RUN to go on with one");
  if (!o.resume.empty()) check_resumable(command);
  if (o.resume.empty() && o.settings.data.empty())
    throw UsageError("--data is needed; `mininas search --help` tells its forms");
  apply(o.common);
  const Record summary = o.resume.empty() ? begin(command, o) : go_on(o);
  if (o.common.json)
    print_json(summary);
  else
    print_summary(summary, o.resume.empty() ? o.out : o.resume);
  return 0;
}

}  // namespace

void add_search_command(Parser& parser, const MethodChoice& choice) {
  auto o = std::make_shared<Options>();
  o->choice = choice;
  o->settings.method = make_method(choice.method, choice.preset);
  o->settings.method->adjust_recipe(o->settings.recipe);
  Command& command =
      parser.add("search", "the main job: search, train, quantise, export to RUN/c, verify",
                 "Example:\n  mininas search --data cifar10:build/data/cifar-10-batches-bin:airplane,automobile "
                 "--max-flash 64K --max-ram 64K "
                 "--out run\n\n"
                 "The options of the search are those of the method named: `mininas search --method M --help` shows "
                 "M's. Methods:\n" +
                     method_help() + "\n" + dataset_help(),
                 [o](const Command& given) { return run(*o, given); });
  command.option("data", o->settings.data, "the images, see below");
  command.option("out", o->out, "folder of the new run");
  command.option("resume", o->resume, "folder of a run to go on with; its settings stand");
  command.option("method,protocol", o->choice.method, "how to search, see below");
  command.option("preset", o->choice.preset, "values for the method's options, see below; options given beside it win");
  command.option("cache", o->settings.cache,
                 "folder of candidates' outcomes, shared by searches; the same question is not trained again");
  command.option("max-flash", o->max_flash, "largest flash in bytes: 65536, 64K, 1M");
  command.option("max-ram", o->max_ram, "largest arena in bytes");
  command.option("ram-plan", o->ram_plan, ram_plan_help());
  command.option("max-macs", o->max_macs, "most multiply-accumulates an image: 3000000, 3M");
  command.option("max-params", o->max_params, "most parameters, as the publications count them: 50000, 50K (of 1,000)");
  command.option("board", o->board, board_help());
  command.option("max-instructions", o->max_instructions, "most instructions an inference on --board: 5000000, 5M");
  command.option("clock", o->clock, clock_help());
  command.option("max-ms", o->max_ms, "most estimated milliseconds an inference on --board at --clock");
  command.fields(option_fields(o->settings))
      .fields(quantize_fields(o->settings.quantize))
      .fields(o->settings.method->fields());
  command.option("score", o->score,
                 "what scores a candidate: validation (last epoch, on a part of the training images), or as-published "
                 "(best epoch, on the "
                 "test images, rate stepped before the epoch; for comparison, labelled)");
  command.fields(without(option_fields(o->settings.recipe), {"epochs", "steps", "seed"}));
  add_common(command, o->common);
}

}  // namespace mininas
