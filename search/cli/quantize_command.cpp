// mininas quantize: quantisation-aware training of a run's float network.
#include <memory>

#include "core/error.h"
#include "datasets/folds.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/settings.h"
#include "search/job/stages.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  QuantizeSettings settings;
  std::string run, data;
  FileOptions files;
};

TrainResult quantize(const RunFolder& folder, const ImageSet& images, const TrainConfig& config, Progress& progress,
                     const Command& command) {
  progress.stage("quantisation-aware training");
  try {
    return quantize_stage(folder, images, config, progress.training_hooks());
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with: ", command.typed()));
  }
}

int run(const Options& o, const Command& command) {
  apply(o.common);
  const RunFolder folder = RunFolder::open(o.run);
  check_trained(folder);
  const RunFile recorded = read_run_file(folder, "");
  const Dataset data = open_run_data(folder, o.data, DataUse::kTrain, o.files, o.common);
  check_same_classes(load_network(folder.network_file()).class_names, data.train, o.run);
  const NetworkSettings settings = network_settings_of(recorded);
  TrainConfig config = quantize_config(settings.recipe, o.settings);
  if (command.given("seed")) config.seed = o.common.seed;
  Progress progress(o.common.quiet);
  remove_made_of_integers(folder);
  if (recorded.identity.kind != "train") std::filesystem::remove(folder.summary_file());
  const auto repeated = repeated_for(data.train, config.batch, settings.epoch_steps);
  const TrainResult result = quantize(folder, repeated ? *repeated : data.train, config, progress, command);
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const Evaluation tested = evaluate(integer_predict(model, data.test.pixels.data(), data.test.count()), data.test);
  progress.clear();
  const double train_accuracy = result.epochs.back().train_accuracy;
  if (o.common.json) {
    print_json(Record()
                   .set("test_accuracy_int8", tested.accuracy())
                   .set("train_accuracy", train_accuracy)
                   .set("epochs", static_cast<int>(result.epochs.size()))
                   .set("seconds", result.seconds));
    return 0;
  }
  print_row("train accuracy", percent_text(train_accuracy) + " (augmented images, last epoch, int8)");
  print_accuracy(tested.accuracy(), " int8", tested.images, class_figures(tested, model.class_names));
  print_row("time", duration_text(result.seconds));
  print_row("written", folder.quantized_file().string());
  const std::string path = quoted(o.run);
  print_next({{"mininas verify " + path, "exports it to " + o.run + "/c and compares every byte"},
              {"mininas predict " + path + " FILES", "the classes of new images"},
              {"mininas report " + path, "the run as a page, " + o.run + "/report.html"}});
  return 0;
}

}  // namespace

void add_quantize_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "quantize", "trains a run's network further with quantised weights: RUN/network.bin becomes RUN/quantized.bin",
      "Example:\n  mininas quantize run --qat-epochs 5\n\nWhat was made of an older "
      "RUN/quantized.bin (RUN/c, the summary) is removed first. After an interruption the same command goes "
      "on where it stopped.",
      [o](const Command& given) { return run(*o, given); });
  command.positional("RUN", o->run, "folder of the run");
  command.option("data", o->data, "the images to train on; default: those of the run");
  command.fields(option_fields(o->settings));
  add_file_options(command, o->files);
  add_common(command, o->common);
}

}  // namespace mininas
