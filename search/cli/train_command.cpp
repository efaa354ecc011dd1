// mininas train: trains one architecture on all training images and measures it on the test images.
#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/io/file.h"
#include "datasets/open.h"
#include "nn/spec/named_networks.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/settings.h"
#include "search/job/stages.h"
#include "search/record/record_file.h"
#include "search/space/build.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  TrainConfig config;
  std::string architecture, data;
  std::string out, resume;
};

Record summarize(const std::string& architecture, Trainable& network, const TrainResult& result, const Dataset& data,
                 const TrainConfig& config) {
  const EpochResult& last = result.epochs.back();
  const auto by_test = [](const EpochResult& a, const EpochResult& b) { return a.eval_accuracy < b.eval_accuracy; };
  const auto best = std::max_element(result.epochs.begin(), result.epochs.end(), by_test);
  Record record;
  record.set("architecture", architecture).set("params", parameter_count(network.spec()));
  record.set("train_accuracy", last.train_accuracy).set("test_accuracy", last.eval_accuracy);
  record.set("best_test_accuracy", best->eval_accuracy)
      .set("best_epoch", best->epoch + 1)
      .set("epochs", static_cast<int>(result.epochs.size()));
  record.set("seconds", result.seconds).set("weights_sha256", weights_sha256(network));
  return record.set("seed", config.seed).set("data", data.name);
}

Record train_in(const RunFolder& folder, const std::string& architecture, const Dataset& data,
                const TrainConfig& config, Progress& progress) {
  if (std::filesystem::exists(folder.summary_file())) return read_record(folder.summary_file());
  const NetworkSpec spec = build_network_spec(architecture, data.train.shape, data.train.classes());
  progress.stage("training");
  try {
    const TrainResult result = train_stage(folder, spec, data.train, &data.test, config, progress.training_hooks());
    NamedNetwork trained = load_network(folder.network_file());
    const Record summary = summarize(architecture, trained.network, result, data, config);
    write_record(folder.summary_file(), summary);
    return summary;
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: mininas train --resume ", folder.path().string()));
  }
}

Record train_without_folder(const std::string& architecture, const Dataset& data, const TrainConfig& config,
                            Progress& progress) {
  const NetworkSpec spec = build_network_spec(architecture, data.train.shape, data.train.classes());
  progress.stage("training");
  try {
    TrainedNetwork trained = train_network(spec, data.train, &data.test, config, progress.training_hooks());
    return summarize(architecture, trained.network, trained.result, data, config);
  } catch (const Interrupted&) {
    throw Interrupted("interrupted; nothing is kept without --out");
  }
}

Record begin(const Command& command, Options& o, Progress& progress) {
  o.config.seed = o.common.seed;
  const std::string architecture = to_text(parse_architecture(o.architecture));
  const Dataset data = open_dataset(o.data, o.common.seed);
  if (!o.out.empty()) {
    const RunFolder folder = RunFolder::create(o.out);
    Record settings;
    settings.set("architecture", architecture).set("recipe", to_record(option_fields(o.config)));
    write_run_file(folder, {"train", command.typed(), o.data, content_digest(data.train), content_digest(data.test)},
                   settings);
    return train_in(folder, architecture, data, o.config, progress);
  }
  return train_without_folder(architecture, data, o.config, progress);
}

Record go_on(const Options& o, Progress& progress) {
  const RunFolder folder = RunFolder::open(o.resume);
  const RunFile run = read_run_file(folder, "train");
  const Dataset data = open_run_data(run, o.data);
  check_same_data(folder, run.identity, content_digest(data.train), content_digest(data.test));
  return train_in(folder, run.settings.string("architecture"), data, train_config_from(run.settings.record("recipe")),
                  progress);
}

void print_summary(const Record& s) {
  print_row("architecture", s.string("architecture"));
  print_row("parameters", grouped(s.integer64("params")));
  print_row("train accuracy", percent_text(s.number("train_accuracy")) + " (augmented images, last epoch)");
  print_row("test accuracy", percent_text(s.number("test_accuracy")));
  print_row("best epoch", text(s.integer("best_epoch"), " of ", s.integer("epochs"), ": ",
                               percent_text(s.number("best_test_accuracy"))));
  print_row("time", duration_text(s.number("seconds")));
  print_row("weights", "sha256 " + s.string("weights_sha256"));
}

int run(Options& o, const Command& command) {
  if (!o.resume.empty()) {
    check_resumable(command);
  } else if (o.architecture.empty() || o.data.empty()) {
    throw UsageError("--arch and --data are needed; `mininas train --help` tells their forms");
  }
  apply(o.common);
  Progress progress(o.common.quiet);
  const Record summary = o.resume.empty() ? begin(command, o, progress) : go_on(o, progress);
  progress.clear();
  if (o.common.json)
    print_json(summary);
  else
    print_summary(summary);
  return 0;
}

}  // namespace

void add_train_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "train", "trains one architecture by the published recipe",
      "Example:\n  mininas train --arch w16:s3*5 --data cifar10:build/data/cifar-10-batches-bin:airplane,automobile "
      "--epochs 10\n\n" +
          dataset_help(),
      [o](const Command& given) { return run(*o, given); });
  command.option("arch", o->architecture,
                 "width and layers, such as w16:s3*5 or w24:s3,c3,s5*3, or a network by name: " + network_names());
  command.option("data", o->data, "the images, see below");
  command.option("out", o->out, "folder to keep the network in; without it nothing is written");
  command.option("resume", o->resume, "folder of a training to go on with; its settings stand");
  command.fields(without(option_fields(o->config), {"seed"}));
  add_common(command, o->common);
}

}  // namespace mininas
