#include "search/job/suite.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/open.h"
#include "search/record/record_file.h"
#include "search/space/build.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBaseline = "mobilenetv2";
constexpr const char* kPublishedMethod = "mini-nas";  // of Table 2: its recipe is that of every scale, without cutout

const std::vector<SuiteScale>& scales() {
  // Images that short trainings leave out score them: the more there are, the smaller the differences that are told
  // from noise.
  static const std::vector<SuiteScale> all = {
      {.name = "quick",
       .summary = "at most 10 minutes a data set on 2 cores",
       .method = "mini-nas-fast",
       .max_depth = 6,
       .max_width = 32,
       .candidate_epochs = 2,
       .search_images = 2000,
       .validation_fraction = 0.25,
       .hours = 0.03,
       .published_size = true,
       .final_macs = 4.0e12,
       .most_epochs = 20,
       .qat_epochs = 1,
       .verify_images = 20},
      {.name = "study",
       .summary = "at most 60 minutes a data set on 2 cores",
       .method = "mini-nas-fast",
       .search_images = 4000,
       .validation_fraction = 0.25,
       .finalists = 3,
       .finalist_epochs = 12,
       .hours = 0.5,
       .published_size = true,
       .final_macs = 6.5e12,
       .least_epochs = 6,
       .qat_epochs = 1,
       .verify_images = 100},
      {.name = "paper",
       .summary = "the published epochs: days",
       .method = kPublishedMethod,
       .candidate_epochs = 300,
       .most_epochs = 300,
       .qat_epochs = 10},
  };
  return all;
}

RunFolder open_or_create(const fs::path& path) {
  return fs::exists(path / "run.json") ? RunFolder::open(path) : RunFolder::create(path);
}

// run.json of a new run, or that of the run begun before, which must be of the same images.
void begin(const RunFolder& folder, const RunIdentity& identity, const Record& settings) {
  if (!fs::exists(folder.run_file())) {
    write_run_file(folder, identity, settings);
    return;
  }
  const RunFile recorded = read_run_file(folder, identity.kind);
  check_same_data(folder, recorded.identity, identity.train_digest, identity.test_digest);
}

Record search_run(const fs::path& path, SearchSettings settings, const RunIdentity& identity, const Dataset& data,
                  const PipelineHooks& hooks) {
  const RunFolder folder = open_or_create(path);
  begin(folder, identity, to_record(settings));
  settings = search_settings_from(read_run_file(folder, "search").settings);
  return run_pipeline(folder, identity, settings, data, hooks);
}

Record baseline_run(const fs::path& path, const SearchSettings& settings, RunIdentity identity, const Dataset& data,
                    int64_t verify_images, const PipelineHooks& hooks) {
  const RunFolder folder = open_or_create(path);
  identity.kind = "train";
  TrainConfig recipe = settings.recipe;
  begin(folder, identity, Record().set("architecture", kBaseline).set("recipe", to_record(option_fields(recipe))));
  if (fs::exists(folder.summary_file())) return read_record(folder.summary_file());
  const NetworkSpec spec = build_network_spec(std::string(kBaseline), data.train.shape, data.train.classes());
  FinishHooks named = hooks;
  if (hooks.on_stage) named.on_stage = [&](const std::string& stage) { hooks.on_stage("MobileNetV2: " + stage); };
  Record summary = finish_network(folder, spec, {settings.recipe, settings.quantize, verify_images, ""}, data, named);
  summary.set("architecture", kBaseline)
      .set("seed", settings.recipe.seed)
      .set("command", identity.command)
      .set("data", identity.data);
  write_record(folder.summary_file(), summary);
  return summary;
}

std::optional<Record> summary_in(const fs::path& folder) {
  if (!fs::exists(folder / "summary.json")) return std::nullopt;
  return read_record(folder / "summary.json");
}

}  // namespace

SuiteScale suite_scale(const std::string& name) {
  std::string known;
  for (const SuiteScale& scale : scales()) {
    if (scale.name == name) return scale;
    known += (known.empty() ? "" : ", ") + scale.name;
  }
  throw UsageError(text("--scale ", name, ": expected one of ", known));
}

std::string suite_scale_help() {
  std::string lines;
  const std::string limits = ", no network larger than as published or with more MACs than MobileNetV2";
  for (const SuiteScale& scale : scales())
    lines += text("  ", scale.name, ": ", scale.summary, scale.published_size ? limits : "", "\n");
  return lines;
}

int64_t published_size(const SuiteEntry& entry, const ImageShape& input) {
  const int64_t baseline = parameter_count(build_network_spec(std::string(kBaseline), input, entry.class_count));
  return static_cast<int64_t>(static_cast<double>(baseline) / entry.published_efficiency);
}

SuiteLengths suite_lengths(const SuiteScale& scale, const SuiteEntry& entry, const ImageShape& input, int64_t images) {
  const double all = static_cast<double>(images), seen = (1 - scale.validation_fraction) * all;
  const double longer = std::clamp(scale.search_images / seen, 1.0, 2.0);
  const auto lengthened = [&](int epochs) { return static_cast<int>(longer * epochs); };
  SuiteLengths lengths{lengthened(scale.candidate_epochs), lengthened(scale.finalist_epochs), scale.most_epochs};
  const int64_t macs = mac_count(build_network_spec(std::string(kBaseline), input, entry.class_count));
  if (scale.published_size) {
    lengths.max_parameters = published_size(entry, input);
    lengths.max_macs = macs;
  }
  if (scale.final_macs > 0) {
    const auto affordable = static_cast<int>(scale.final_macs / (static_cast<double>(macs) * all));
    lengths.epochs = std::clamp(affordable, scale.least_epochs, scale.most_epochs);
  }
  return lengths;
}

SearchSettings suite_settings(const SuiteScale& scale, const std::string& data, uint64_t seed,
                              const SuiteLengths& lengths) {
  SearchSettings settings;
  settings.data = data;
  settings.method = make_method(scale.method);
  make_method(kPublishedMethod)->adjust_recipe(settings.recipe);
  for (const OptionField& field : settings.method->fields()) {
    if (field.name == "max-depth") *std::get<int*>(field.value) = scale.max_depth;
    if (field.name == "max-width") *std::get<int*>(field.value) = scale.max_width;
    if (field.name == "candidate-epochs") *std::get<int*>(field.value) = lengths.candidate_epochs;
    if (field.name == "finalists") *std::get<int*>(field.value) = scale.finalists;
    if (field.name == "finalist-epochs") *std::get<int*>(field.value) = lengths.finalist_epochs;
  }
  settings.recipe.seed = seed;
  settings.recipe.epochs = lengths.epochs;
  settings.search_images = scale.search_images;
  settings.validation_fraction = scale.validation_fraction;
  settings.hours = scale.hours;
  settings.budget.max_parameters = lengths.max_parameters;
  settings.budget.max_macs = lengths.max_macs;
  settings.quantize.epochs = scale.qat_epochs;
  validate(settings);
  return settings;
}

double SuiteRow::gain(const char* accuracy) const {
  return 100.0 * (search->number(accuracy) - baseline->number(accuracy));
}

double SuiteRow::efficiency() const {
  return static_cast<double>(baseline->integer64("params")) / static_cast<double>(search->integer64("params"));
}

fs::path suite_search_folder(const fs::path& run, const SuiteEntry& entry) { return run / entry.name / "search"; }
fs::path suite_baseline_folder(const fs::path& run, const SuiteEntry& entry) { return run / entry.name / "baseline"; }

std::vector<fs::path> suite_run_folders(const fs::path& run) {
  std::vector<fs::path> folders;
  for (const SuiteEntry& entry : suite_table())
    for (const fs::path& folder : {suite_search_folder(run, entry), suite_baseline_folder(run, entry)})
      if (fs::exists(folder / "run.json")) folders.push_back(folder);
  return folders;
}

SuiteRow read_suite_row(const fs::path& run, const SuiteEntry& entry) {
  return {entry, summary_in(suite_search_folder(run, entry)), summary_in(suite_baseline_folder(run, entry))};
}

std::vector<SuiteRow> read_suite(const fs::path& run) {
  std::vector<SuiteRow> rows;
  for (const SuiteEntry& entry : suite_table())
    if (fs::exists(run / entry.name)) rows.push_back(read_suite_row(run, entry));
  return rows;
}

SuiteRow run_suite_entry(const fs::path& run, const SuiteEntry& entry, const SuiteScale& scale, const std::string& data,
                         uint64_t seed, const std::string& command, const PipelineHooks& hooks) {
  const SuiteRow known = read_suite_row(run, entry);
  if (known.complete()) return known;
  const Dataset images = open_dataset(data, seed);
  const SuiteLengths lengths = suite_lengths(scale, entry, images.train.shape, images.train.count());
  const auto settings = [&] { return suite_settings(scale, data, seed, lengths); };
  const RunIdentity identity{"search", command, data, content_digest(images.train), content_digest(images.test)};
  const Record search = search_run(suite_search_folder(run, entry), settings(), identity, images, hooks);
  const Record baseline =
      baseline_run(suite_baseline_folder(run, entry), settings(), identity, images, scale.verify_images, hooks);
  return {entry, search, baseline};
}

Record to_record(const SuiteRow& row) {
  Record record;
  record.set("name", row.entry.name).set("classes", row.entry.class_count).set("complete", row.complete());
  record.set("published_gain", row.entry.published_gain).set("published_efficiency", row.entry.published_efficiency);
  const auto add = [&](const std::string& who, const std::optional<Record>& summary) {
    if (!summary) return;
    for (const char* key : {"test_accuracy_float", "test_accuracy_int8", "seconds"})
      record.set(who + key, summary->number(key));
    for (const char* key : {"params", "flash_bytes", "ram_bytes", "macs"})
      record.set(who + key, summary->integer64(key));
    record.set(who + "bytes_different", summary->record("verify").integer64("bytes_different"));
  };
  if (row.search) record.set("architecture", row.search->string("architecture"));
  add("", row.search);
  add("baseline_", row.baseline);
  if (row.complete())
    record.set("gain", row.gain()).set("gain_int8", row.gain("test_accuracy_int8")).set("efficiency", row.efficiency());
  return record;
}

}  // namespace mininas
