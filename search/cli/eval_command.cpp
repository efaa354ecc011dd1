// mininas eval: accuracy of a run's network on test images, per class too.
#include <cstdio>
#include <memory>
#include <numeric>

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

struct ClassAccuracy {
  std::string name;
  int64_t images = 0, correct = 0;
  double accuracy = 0;  // -1 where there are no images
};

std::vector<ClassAccuracy> by_class(const Evaluation& evaluation, const std::vector<std::string>& names) {
  std::vector<ClassAccuracy> classes;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::vector<int64_t>& row = evaluation.confusion[i];
    const int64_t images = std::accumulate(row.begin(), row.end(), int64_t{0});
    const double accuracy = images == 0 ? -1.0 : static_cast<double>(row[i]) / static_cast<double>(images);
    classes.push_back({names[i], images, row[i], accuracy});
  }
  return classes;
}

Record to_record(const ClassAccuracy& c) {
  return Record().set("class", c.name).set("images", c.images).set("correct", c.correct).set("accuracy", c.accuracy);
}

void print_line(const std::string& name, int64_t images, int64_t correct, double accuracy, const char* more) {
  std::printf("%-24s %8lld %8lld %10s%s\n", name.c_str(), static_cast<long long>(images),
              static_cast<long long>(correct), percent_text(accuracy).c_str(), more);
}

void print(const Options& o, const Evaluation& all, const std::vector<ClassAccuracy>& classes,
           const std::string& label) {
  if (o.common.json) {
    Record record;
    record.set("arithmetic", o.int8 ? "int8" : "float").set("images", all.images).set("correct", all.correct);
    if (!label.empty()) record.set("label", label);
    std::vector<Record> rows;
    for (const ClassAccuracy& c : classes) rows.push_back(to_record(c));
    return print_json(record.set("accuracy", all.accuracy()).set("classes", rows));
  }
  if (!label.empty()) std::printf("%s\n", label.c_str());
  std::printf("%-24s %8s %8s %10s\n", "class", "images", "correct", "accuracy");
  for (const ClassAccuracy& c : classes) print_line(c.name, c.images, c.correct, c.accuracy, "");
  print_line("all", all.images, all.correct, all.accuracy(), o.int8 ? "  (int8)" : "  (float)");
}

int run(const Options& o) {
  apply(o.common);
  const RunFolder folder = RunFolder::view(o.run);
  o.int8 ? check_quantized(folder) : check_trained(folder);
  const RunFile run = read_run_file(folder, "");
  const ImageSet images = open_run_data(run, o.data).test;
  const Evaluation evaluation = o.int8 ? evaluate_int8(folder, images) : evaluate_float(folder, images);
  print(o, evaluation, by_class(evaluation, images.class_names), network_settings_of(run).label);
  return 0;
}

}  // namespace

void add_eval_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add("eval", "measures a run's network on the test images, class by class",
                                "Example:\n  mininas eval run --int8", [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.option("data", o->data, "whose test images to use; default: those of the run");
  command.flag("int8", o->int8, "measure the quantised network instead of the float one");
  add_common(command, o->common);
}

}  // namespace mininas
