// mininas eval: accuracy of a run's network on test images, per class too.
#include <cstdio>
#include <memory>

#include "nn/quant/quantized_model.h"
#include "nn/train/trainer.h"
#include "nn/weights/model_file.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/settings.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, data;
  bool int8 = false;
};

Evaluation evaluate_float(const RunFolder& folder, const ImageSet& images) {
  NamedNetwork trained = load_network(folder.network_file());
  check_same_classes(trained.class_names, images, folder.path().string());
  return evaluate(trained.network, images);
}

Evaluation evaluate_int8(const RunFolder& folder, const ImageSet& images) {
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  check_same_classes(model.class_names, images, folder.path().string());
  return evaluate(integer_predict(model, images.pixels.data(), images.count()), images);
}

std::vector<Record> class_records(const Evaluation& evaluation, const std::vector<std::string>& names) {
  std::vector<Record> records;
  for (size_t i = 0; i < names.size(); ++i) {
    int64_t images = 0;
    for (const int64_t count : evaluation.confusion[i]) images += count;
    const int64_t correct = evaluation.confusion[i][i];
    const double accuracy = images == 0 ? -1.0 : static_cast<double>(correct) / static_cast<double>(images);
    records.push_back(
        Record().set("class", names[i]).set("images", images).set("correct", correct).set("accuracy", accuracy));
  }
  return records;
}

int run(const Options& o) {
  apply(o.common);
  const RunFolder folder = RunFolder::view(o.run);
  o.int8 ? check_quantized(folder) : check_trained(folder);
  const RunFile run = read_run_file(folder, "");
  const std::string label = label_of(run.settings);
  const ImageSet images = open_run_data(run, o.data).test;
  const Evaluation evaluation = o.int8 ? evaluate_int8(folder, images) : evaluate_float(folder, images);
  const auto classes = class_records(evaluation, images.class_names);
  if (o.common.json) {
    Record record;
    record.set("arithmetic", o.int8 ? "int8" : "float")
        .set("images", evaluation.images)
        .set("correct", evaluation.correct);
    if (!label.empty()) record.set("label", label);
    print_json(record.set("accuracy", evaluation.accuracy()).set("classes", classes));
    return 0;
  }
  if (!label.empty()) std::printf("%s\n", label.c_str());
  std::printf("%-24s %8s %8s %10s\n", "class", "images", "correct", "accuracy");
  for (const Record& line : classes)
    std::printf("%-24s %8lld %8lld %10s\n", line.string("class").c_str(),
                static_cast<long long>(line.integer64("images")), static_cast<long long>(line.integer64("correct")),
                percent_text(line.number("accuracy")).c_str());
  std::printf("%-24s %8lld %8lld %10s  (%s)\n", "all", static_cast<long long>(evaluation.images),
              static_cast<long long>(evaluation.correct), percent_text(evaluation.accuracy()).c_str(),
              o.int8 ? "int8" : "float");
  return 0;
}

}  // namespace

void add_eval_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add("eval", "accuracy of a run's network on the test images, per class too",
                                "Example:\n  mininas eval run --int8", [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.option("data", o->data, "whose test images to use; default: those of the run");
  command.flag("int8", o->int8, "the quantised network instead of the float one");
  add_common(command, o->common);
}

}  // namespace mininas
