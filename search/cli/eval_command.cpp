// mininas eval: accuracy of a run's network on test images, per class too.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>

#include "core/error.h"
#include "nn/quant/quantized_model.h"
#include "nn/train/trainer.h"
#include "nn/weights/model_file.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/final_evaluation.h"
#include "search/job/settings.h"
#include "search/methods/paired_error.h"
#include "search/methods/scores.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, data;
  FileOptions files;
  bool int8 = false, mistakes = false;
};

struct Measured {
  Evaluation all;
  ClassFigures figures;
  std::vector<Mistake> mistakes;
};

Measured measured(const std::vector<Classification>& classified, const ImageSet& images) {
  const Evaluation all = evaluate(predictions_of(classified), images);
  return {all, class_figures(all, images.class_names), mistakes_of(classified, images)};
}

Measured measure(const RunFolder& folder, const ImageSet& images, bool int8) {
  const auto fitting = [&](const std::vector<std::string>& classes) {
    check_same_classes(classes, images, folder.path().string());
    return images.pixels.data();
  };
  if (int8) {
    const QuantizedModel model = load_quantized_model(folder.quantized_file());
    return measured(classify(model, fitting(model.class_names), images.count()), images);
  }
  NamedNetwork trained = load_network(folder.network_file());
  return measured(classify(trained.network, fitting(trained.class_names), images.count()), images);
}

struct ClassAccuracy {
  std::string name;
  int64_t images = 0, correct = 0;
  double accuracy = 0;  // -1: no images
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

Record to_record(const Options& o, const Measured& found, const std::vector<ClassAccuracy>& classes) {
  Record record;
  record.set("arithmetic", o.int8 ? "int8" : "float")
      .set("images", found.all.images)
      .set("correct", found.all.correct)
      .set("accuracy", found.all.accuracy())
      .add(to_record(found.figures));
  std::vector<Record> rows, mistakes;
  for (const ClassAccuracy& c : classes) rows.push_back(to_record(c));
  record.set("classes", rows);
  if (!o.mistakes) return record;
  for (const Mistake& mistake : found.mistakes) {
    mistakes.push_back(to_record(mistake));
    mistakes.back().remove("picture");
  }
  return record.set("mistakes", mistakes);
}

void print_mistakes(const std::vector<Mistake>& mistakes) {
  size_t width = 24;
  for (const Mistake& mistake : mistakes) width = std::max(width, mistake.file.value_or("").size());
  std::printf("\n%8s  %-*s  %s\n", "image", static_cast<int>(width), "file", "label, taken for");
  for (const Mistake& mistake : mistakes)
    std::printf("%8lld  %-*s  %s, %s (%s sure)\n", static_cast<long long>(mistake.image), static_cast<int>(width),
                mistake.file.value_or("-").c_str(), mistake.label.c_str(), mistake.prediction.c_str(),
                percent_text(mistake.confidence).c_str());
}

void print(const Options& o, const Measured& found, const std::vector<ClassAccuracy>& classes,
           const std::string& label) {
  if (!label.empty()) std::printf("%s\n", label.c_str());
  std::printf("%-24s %8s %8s %10s\n", "class", "images", "correct", "accuracy");
  for (const ClassAccuracy& c : classes) print_line(c.name, c.images, c.correct, c.accuracy, "");
  const double error = measured_error(100 * found.all.accuracy(), static_cast<double>(found.all.images));
  print_line("all", found.all.images, found.all.correct, found.all.accuracy(),
             text("  (", o.int8 ? "int8" : "float", "; one standard error ", points(error), ")").c_str());
  std::printf("%-24s %8s %8s %10s  (worst class: %s, %s)\n", "balanced", "", "",
              percent_text(found.figures.balanced_accuracy).c_str(), found.figures.worst_class.c_str(),
              percent_text(found.figures.worst_class_accuracy).c_str());
  if (o.mistakes) print_mistakes(found.mistakes);
}

int run(const Options& o) {
  apply(o.common);
  const RunFolder folder = RunFolder::view(o.run);
  o.int8 ? check_quantized(folder) : check_trained(folder);
  const RunFile run = read_run_file(folder, "");
  const ImageSet images = open_run_data(folder, o.data, DataUse::kMeasure, o.files, o.common).test;
  const Measured found = measure(folder, images, o.int8);
  const std::vector<ClassAccuracy> classes = by_class(found.all, images.class_names);
  const std::string label = network_settings_of(run).label;
  if (!o.common.json) {
    print(o, found, classes, label);
    return 0;
  }
  Record record = to_record(o, found, classes);
  if (!label.empty()) record.set("label", label);
  print_json(record);
  return 0;
}

}  // namespace

void add_eval_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command =
      parser.add("eval", "measures a run's network on the test images, class by class",
                 "Example:\n  mininas eval run --int8 --mistakes", [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.option(
      "data", o->data,
      "images to measure on: all of a folder of class folders, or its part test/; default: the run's own test "
      "images");
  command.flag("int8", o->int8, "measure the quantised network instead of the float one");
  command.flag("mistakes", o->mistakes, "also list every image that is taken for another class, with its file");
  add_file_options(command, o->files);
  add_common(command, o->common, {.seed = false});
}

}  // namespace mininas
