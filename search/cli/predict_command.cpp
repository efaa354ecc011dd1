// mininas predict: what a run's network says of images that have no label.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>

#include "core/error.h"
#include "core/io/file.h"
#include "core/parallel.h"
#include "datasets/image_files.h"
#include "datasets/open.h"
#include "nn/weights/model_file.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/job/classify.h"
#include "search/record/csv.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBatch = 64;  // files that are in memory at once

struct Options {
  CommonOptions common;
  std::string run;
  std::vector<std::string> paths;
  bool csv = false, real = false;
  std::string sort_into;
};

struct Prediction {
  fs::path file;
  Classification found;
};

struct Predictions {
  std::vector<std::string> class_names;
  std::vector<Prediction> rows;
  std::vector<std::string> unreadable;  // a sentence a file
};

// Images by name in a folder and the folders below, sorted; hidden ones are left out, as loading a data set does.
void add_folder(const fs::path& folder, std::vector<fs::path>& files) {
  const size_t first = files.size();
  for (fs::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
    const bool hidden = entry->path().filename().native()[0] == '.';
    if (hidden && entry->is_directory()) entry.disable_recursion_pending();
    if (!hidden && entry->is_regular_file() && has_image_name(entry->path())) files.push_back(entry->path());
  }
  if (files.size() == first)
    throw ConfigError(text(folder.string(), ": holds no image, expected files that end in .png, .jpg or .jpeg"));
  std::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end());
}

std::vector<fs::path> files_of(const std::vector<std::string>& paths) {
  std::vector<fs::path> files;
  for (const fs::path path : paths) {
    if (!fs::exists(path)) throw IoError(text(path.string(), ": no such file or folder"));
    if (fs::is_directory(path))
      add_folder(path, files);
    else
      files.push_back(path);
  }
  return files;
}

// The network of a run, in one of its two arithmetics.
class Classifier {
 public:
  Classifier(const RunFolder& folder, bool real) : fit_(fit_of(read_run_file(folder, "").identity.data)) {
    real ? check_trained(folder) : check_quantized(folder);
    if (real)
      float_ = std::make_unique<NamedNetwork>(load_network(folder.network_file()));
    else
      integers_ = std::make_unique<QuantizedModel>(load_quantized_model(folder.quantized_file()));
  }

  const std::vector<std::string>& class_names() const { return float_ ? float_->class_names : integers_->class_names; }
  Fit fit() const { return fit_; }  // as the training images were brought to this shape
  const ImageShape& shape() const { return float_ ? float_->network.spec().input() : integers_->spec.input(); }
  std::vector<Classification> operator()(const std::vector<uint8_t>& pixels) const {
    const int64_t count = static_cast<int64_t>(pixels.size()) / shape().size();
    return float_ ? classify(float_->network, pixels.data(), count) : classify(*integers_, pixels.data(), count);
  }

 private:
  Fit fit_;
  std::unique_ptr<NamedNetwork> float_;  // either of these
  std::unique_ptr<QuantizedModel> integers_;
};

// Adds what the network says of a few files; those that cannot be read do not keep the others from it.
void predict_some(const Classifier& classifier, std::span<const fs::path> files, Predictions& all) {
  std::vector<std::vector<uint8_t>> images(files.size());
  std::vector<std::string> errors(files.size());
  parallel_for(static_cast<int64_t>(files.size()), [&](int64_t index) {
    const auto i = static_cast<size_t>(index);
    try {
      images[i] = load_image_bytes(files[i], classifier.shape(), classifier.fit());
    } catch (const Error& error) {
      errors[i] = error.what();
    }
  });
  std::vector<uint8_t> pixels;
  std::vector<fs::path> read;
  for (size_t i = 0; i < files.size(); ++i) {
    pixels.insert(pixels.end(), images[i].begin(), images[i].end());
    if (errors[i].empty())
      read.push_back(files[i]);
    else
      all.unreadable.push_back(errors[i]);
  }
  const std::vector<Classification> classified = classifier(pixels);
  for (size_t i = 0; i < read.size(); ++i) all.rows.push_back({read[i], classified[i]});
}

Predictions predict_all(const Classifier& classifier, const std::vector<fs::path>& files, Progress& progress) {
  Predictions all{classifier.class_names(), {}, {}};
  progress.stage("prediction");
  for (size_t first = 0; first < files.size(); first += kBatch) {
    const size_t count = std::min(kBatch, files.size() - first);
    predict_some(classifier, std::span(files).subspan(first, count), all);
    progress.images(static_cast<int64_t>(first + count), static_cast<int64_t>(files.size()));
  }
  progress.clear();
  return all;
}

// Copies a file to FOLDER/CLASS/NAME; where that name is taken by another image, a number follows it.
void copy_to_class(const fs::path& file, const fs::path& folder, std::string class_name) {
  std::replace(class_name.begin(), class_name.end(), '/', '_');
  make_writable_folder(folder / class_name);
  const std::vector<std::byte> bytes = read_file(file);
  fs::path target = folder / class_name / file.filename();
  for (int number = 2; fs::exists(target); ++number) {
    if (read_file(target) == bytes) return;
    target = folder / class_name / text(file.stem().string(), "-", number, file.extension().string());
  }
  write_file(target, bytes);
}

void print_csv(const Predictions& all) {
  std::vector<CsvRow> rows = {{"file", "class", "confidence"}};
  for (const auto& [file, found] : all.rows)
    rows.push_back({file.string(), all.class_names[static_cast<size_t>(found.predicted)],
                    csv_number(std::round(1e4 * found.confidence()) / 1e4)});
  std::cout << to_csv(rows);
}

void print_table(const Predictions& all) {
  size_t file_width = 4, class_width = 5;
  for (const Prediction& row : all.rows) file_width = std::max(file_width, row.file.string().size());
  for (const std::string& name : all.class_names) class_width = std::max(class_width, name.size());
  const auto print_line = [&](const std::string& file, const std::string& name, const std::string& confidence) {
    std::printf("%-*s  %-*s  %10s\n", static_cast<int>(file_width), file.c_str(), static_cast<int>(class_width),
                name.c_str(), confidence.c_str());
  };
  print_line("file", "class", "confidence");
  for (const auto& [file, found] : all.rows)
    print_line(file.string(), all.class_names[static_cast<size_t>(found.predicted)], percent_text(found.confidence()));
}

Record to_record(const Predictions& all, bool real) {
  std::vector<Record> rows;
  for (const auto& [file, found] : all.rows)
    rows.push_back(Record()
                       .set("file", file.string())
                       .set("class", all.class_names[static_cast<size_t>(found.predicted)])
                       .set("confidence", found.confidence())
                       .set("probabilities", found.probabilities));
  return Record()
      .set("arithmetic", real ? "float" : "int8")
      .set("classes", all.class_names)
      .set("predictions", rows)
      .set("unreadable", all.unreadable);
}

int run(const Options& o) {
  if (o.csv && o.common.json) throw UsageError("--csv and --json exclude each other");
  apply(o.common);
  const Classifier classifier(RunFolder::view(o.run), o.real);
  Progress progress(o.common.quiet);
  const Predictions all = predict_all(classifier, files_of(o.paths), progress);
  if (!o.sort_into.empty())
    for (const auto& [file, found] : all.rows)
      copy_to_class(file, o.sort_into, all.class_names[static_cast<size_t>(found.predicted)]);
  if (o.common.json)
    print_json(to_record(all, o.real));
  else
    o.csv ? print_csv(all) : print_table(all);
  std::fflush(stdout);
  for (const std::string& error : all.unreadable) std::cerr << "mininas: " << error << "\n";
  return all.unreadable.empty() ? 0 : 1;
}

}  // namespace

void add_predict_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "predict", "tells the class of new images, and how sure the network is",
      "Example:\n  mininas predict run photos --csv\n\nA folder stands for all images in it and below. Each image is "
      "brought to the network's size as training images were. The confidence ranks images; it is not how often such "
      "predictions are right. Files that cannot be read are named, the others are predicted, and the exit status is 1.",
      [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.positionals("FILE-or-FOLDER", o->paths, "PNG and JPEG files, and folders of them");
  command.flag("float", o->real, "use the float network instead of the quantised one");
  command.flag("csv", o->csv, "print file,class,confidence as CSV");
  command.option("sort-into", o->sort_into, "copy each image into TEXT/CLASS; nothing there is replaced");
  add_common(command, o->common, {.seed = false});
}

}  // namespace mininas
