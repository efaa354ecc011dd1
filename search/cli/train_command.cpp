// mininas train: trains one architecture on all training images and measures it on the test images.
#include <algorithm>
#include <memory>
#include <optional>

#include "core/error.h"
#include "datasets/contradictions.h"
#include "datasets/open.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/evaluate/begin_from.h"
#include "search/job/run_images.h"
#include "search/job/search_data.h"
#include "search/job/settings.h"
#include "search/job/stages.h"
#include "search/record/record_file.h"
#include "search/space/build.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  TrainSettings settings;
  std::string data, out, resume;
  FileOptions files;
};

TrainSummary summarize(const TrainSettings& settings, Network& network, const TrainResult& result,
                       const Dataset& data) {
  const EpochResult& last = result.epochs.back();
  const auto by_test = [](const EpochResult& a, const EpochResult& b) { return a.eval_accuracy < b.eval_accuracy; };
  const auto best = std::max_element(result.epochs.begin(), result.epochs.end(), by_test);
  const Evaluation test = result.last ? *result.last : evaluate(network, data.test);
  return {.architecture = settings.architecture,
          .params = parameter_count(network.spec()),
          .train_accuracy = last.train_accuracy,
          .test_accuracy = last.eval_accuracy,
          .best_test_accuracy = best->eval_accuracy,
          .test_images = data.test.count(),
          .classes = class_figures(test, data.test.class_names),
          .best_epoch = best->epoch + 1,
          .epochs = static_cast<int>(result.epochs.size()),
          .seconds = result.seconds,
          .weights_sha256 = weights_sha256(network),
          .seed = settings.recipe.seed,
          .data = data.source};
}

// The network of --from, made to fit these settings and images. Without --arch they take its architecture.
TrainingStart start_from(TrainSettings& settings, const ImageSet& images) {
  const RunFolder source = RunFolder::view(settings.from);
  check_trained(source);
  const std::string known = architecture_of(source);
  if (settings.architecture.empty()) settings.architecture = known;
  const NamedNetwork parent = load_network(source.network_file());
  try {
    return {begin_from(parent, parse_architecture(known), parse_architecture(settings.architecture), images,
                       Rng(settings.recipe.seed).fork("weights")),
            {}};
  } catch (const ConfigError& error) {
    throw ConfigError(text(settings.from, ": ", error.what()));
  }
}

// What was made of the float network goes before the network does.
void remove_made_of_network(const RunFolder& folder) {
  remove_made_of_integers(folder);
  for (const auto& file : {folder.quantizing_file(), folder.quantized_file(), folder.summary_file()})
    std::filesystem::remove(file);
}

// Makes a finished run an unfinished one of more epochs, which goes on with the weights that it has.
void lengthen(const RunFolder& folder, const RunFile& run, TrainSettings& settings, int epochs) {
  const auto finished = read_train_summary(folder);
  if (!finished)
    throw ConfigError(text(folder.path().string(),
                           ": is not finished; first go on with: ", command_that_goes_on(folder, run.identity)));
  if (epochs <= finished->epochs)
    throw UsageError(text("--epochs ", epochs, ": the run has ", finished->epochs,
                          " epochs already; give the number that it shall have in all"));
  NamedNetwork trained = load_network(folder.network_file());
  TrainingStart start{std::move(trained.network), from_record<TrainResult>(read_record(folder.training_file()))};
  write_start(folder, start, trained.class_names);
  remove_made_of_network(folder);
  settings.recipe.epochs = epochs;
  settings.recipe.max_steps = 0;
  write_run_file(folder, run.identity, to_record(option_groups(settings)));
}

TrainSummary train_in(const RunFolder& folder, const TrainSettings& settings, const Dataset& data, Progress& progress) {
  if (const auto finished = read_train_summary(folder)) {
    remove_start(folder);
    return *finished;
  }
  const NetworkSpec spec = build_network_spec(settings.architecture, data.train.shape, data.train.classes());
  progress.stage("training");
  try {
    const TrainResult result =
        train_stage(folder, spec, data.train, &data.test, settings.recipe, progress.training_hooks());
    NamedNetwork trained = load_network(folder.network_file());
    TrainSummary summary = summarize(settings, trained.network, result, data);
    write_summary(folder, summary);
    remove_start(folder);
    return summary;
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: mininas train --resume ", quoted(folder.path().string())));
  }
}

TrainSummary train_without_folder(const TrainSettings& settings, std::optional<TrainingStart> start,
                                  const Dataset& data, Progress& progress) {
  const NetworkSpec spec = build_network_spec(settings.architecture, data.train.shape, data.train.classes());
  progress.stage("training");
  const TrainHooks hooks = progress.training_hooks();
  try {
    if (start) {
      const TrainResult result = train(start->network, data.train, &data.test, settings.recipe, hooks);
      return summarize(settings, start->network, result, data);
    }
    TrainedNetwork trained = train_network(spec, data.train, &data.test, settings.recipe, hooks);
    return summarize(settings, trained.network, trained.result, data);
  } catch (const Interrupted&) {
    throw Interrupted("interrupted; nothing is kept without --out");
  }
}

TrainSummary begin(const Command& command, Options& o, Progress& progress) {
  o.settings.recipe.seed = o.common.seed;
  if (!o.settings.architecture.empty())
    o.settings.architecture = to_text(architecture_of("arch", o.settings.architecture));
  const Dataset data = open_data(o.data, o.files, o.common);
  check_learnable(data.train);
  if (const std::string contradiction = contradiction_text(data.train); !contradiction.empty())
    progress.notice(contradiction);
  if (const std::string unbalanced = imbalance_text(data.train);
      !unbalanced.empty() && !o.settings.recipe.class_weights)
    progress.notice(unbalanced);
  std::optional<TrainingStart> start;
  if (!o.settings.from.empty()) start = start_from(o.settings, data.train);
  if (o.out.empty()) return train_without_folder(o.settings, std::move(start), data, progress);
  const RunFolder folder = RunFolder::create(o.out);
  start ? write_start(folder, *start, data.train.class_names) : remove_start(folder);
  write_run_images(folder, data);
  write_run_file(folder, {"train", command.typed(), data.source, content_digest(data.train), content_digest(data.test)},
                 to_record(option_groups(o.settings)));
  return train_in(folder, o.settings, data, progress);
}

TrainSummary go_on(const Options& o, const Command& command, Progress& progress) {
  const RunFolder folder = RunFolder::open(o.resume);
  const RunFile run = read_run_file(folder, "train");
  const Dataset data = open_run_data(folder, o.data, DataUse::kGoOn, o.files, o.common);
  TrainSettings settings = train_settings_from(run.settings);
  if (command.given("epochs")) lengthen(folder, run, settings, o.settings.recipe.epochs);
  return train_in(folder, settings, data, progress);
}

// `folder` is that of the run; empty if nothing was stored.
void print_summary(const TrainSummary& s, const std::string& folder) {
  print_row("architecture", s.architecture);
  print_row("parameters", grouped(s.params));
  print_row("train accuracy", percent_text(s.train_accuracy) + " (augmented images, last epoch)");
  print_accuracy(s.test_accuracy, "", s.test_images, s.classes);
  print_row("best epoch", text(s.best_epoch, " of ", s.epochs, ": ", percent_text(s.best_test_accuracy)));
  print_row("time", duration_text(s.seconds));
  print_row("weights", "sha256 " + s.weights_sha256);
  if (folder.empty()) return print_row("next", "the same with --out RUN keeps the network");
  const std::string run = quoted(folder);
  print_next({{"mininas quantize " + run, "makes it a network in integers"},
              {"mininas eval " + run + " --mistakes", "which test images it gets wrong"},
              {"mininas report " + run, "the run as a page, " + folder + "/report.html"}});
}

int run(Options& o, const Command& command) {
  if (!o.resume.empty()) {
    check_resumable(command, {"epochs"});
  } else if ((o.settings.architecture.empty() && o.settings.from.empty()) || o.data.empty()) {
    throw UsageError("--arch (or --from) and --data are needed; `mininas train --help` shows more");
  }
  apply(o.common);
  Progress progress(o.common.quiet);
  const TrainSummary summary = o.resume.empty() ? begin(command, o, progress) : go_on(o, command, progress);
  progress.clear();
  if (o.common.json)
    print_json(to_record(summary));
  else
    print_summary(summary, o.resume.empty() ? o.out : o.resume);
  return 0;
}

}  // namespace

void add_train_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command =
      parser.add("train", "trains one architecture and measures it on the test images",
                 "Example:\n  mininas train --arch w16:s3*5 --data folder:photos:64x64 --epochs 10 --out run\n\n"
                 "`mininas help architectures` and `mininas help data` tell what --arch and --data can name.",
                 [o](const Command& given) { return run(*o, given); });
  const OptionGroups groups = option_groups(o->settings);
  command.fields(groups.front().fields);
  command.option("data", o->data, "the training and test images; `mininas help data` shows the forms");
  command.option("out", o->out, "folder for the trained network; without it nothing is kept");
  command.option(
      "resume", o->resume,
      "folder of an interrupted training: goes on where it stopped, with the settings that it began with; of a "
      "finished one with --epochs MORE: trains on until it has so many in all");
  command.section("Training").fields(without(groups.back().fields, {"seed"}));
  add_file_options(command, o->files);
  add_common(command, o->common);
  command.details(architecture_help() + "\nImages:\n" + dataset_help());
  command.brief({"arch", "data", "out", "resume", "epochs", "lr", "flip", "json", "quiet", "threads", "seed"});
}

}  // namespace mininas
