#include "search/job/suite.h"

#include <algorithm>

#include "core/error.h"
#include "datasets/open.h"
#include "search/job/run_images.h"
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
       .summary = "at most 10 minutes per data set on 2 cores",
       .method = "mini-nas-fast",
       .max_depth = 6,
       .max_width = 32,
       .candidate_epochs = 2,
       .search_images = 2000,
       .validation_fraction = 0.25,
       .hours = 0.03,
       .published_size = true,
       .final_macs = 4.0e12,
       .max_epochs = 20,
       .qat_epochs = 1,
       .verify_images = 20},
      {.name = "study",
       .summary = "at most 60 minutes per data set on 2 cores",
       .method = "mini-nas-fast",
       .search_images = 4000,
       .validation_fraction = 0.25,
       .finalists = 3,
       .finalist_epochs = 12,
       .hours = 0.5,
       .published_size = true,
       .final_macs = 6.5e12,
       .min_epochs = 6,
       .qat_epochs = 1,
       .verify_images = 100},
      {.name = "paper",
       .summary = "the published epochs: days",
       .method = kPublishedMethod,
       .candidate_epochs = 300,
       .max_epochs = 300,
       .qat_epochs = 10},
  };
  return all;
}

// The run's folder: a new one, or that of the run begun before, which must be of the same images.
RunFolder open_or_create(const fs::path& path, const RunIdentity& identity, const Record& settings,
                         const Dataset& data) {
  if (!fs::exists(path / "run.json")) {
    RunFolder folder = RunFolder::create(path);
    write_run_images(folder, data);
    write_run_file(folder, identity, settings);
    return folder;
  }
  RunFolder folder = RunFolder::open(path);
  check_same_data(folder, read_run_file(folder, identity.kind).identity, identity.train_digest, identity.test_digest);
  return folder;
}

RunSummary search_run(const fs::path& path, SearchSettings settings, const RunIdentity& identity, const Dataset& data,
                      const PipelineHooks& hooks) {
  const RunFolder folder = open_or_create(path, identity, to_record(settings), data);
  settings = search_settings_from(read_run_file(folder, "search").settings);
  return run_pipeline(folder, identity, settings, data, hooks);
}

RunSummary baseline_run(const fs::path& path, const SearchSettings& settings, RunIdentity identity, const Dataset& data,
                        int64_t verify_images, const PipelineHooks& hooks) {
  identity.kind = "baseline";
  TrainSettings training{.architecture = kBaseline, .recipe = settings.recipe};
  const RunFolder folder = open_or_create(path, identity, to_record(option_groups(training)), data);
  if (const auto finished = read_run_summary(folder)) return *finished;
  const NetworkSpec spec = build_network_spec(std::string(kBaseline), data.train.shape, data.train.classes());
  FinishHooks named = hooks;
  if (hooks.on_stage) named.on_stage = [&](const std::string& stage) { hooks.on_stage("MobileNetV2: " + stage); };
  const FinishPlan plan{settings.recipe, settings.quantize, verify_images, ""};
  RunSummary summary{.architecture = kBaseline,
                     .network = finish_network(folder, spec, plan, data, named),
                     .seed = settings.recipe.seed,
                     .command = identity.command,
                     .data = identity.data};
  write_summary(folder, summary);
  return summary;
}

// Nothing where there is no run, or none that is finished.
std::optional<RunSummary> summary_in(const fs::path& folder) {
  if (!fs::exists(folder / "run.json")) return std::nullopt;
  return read_run_summary(RunFolder::view(folder));
}

}  // namespace

std::vector<std::string> suite_scale_names() {
  std::vector<std::string> names;
  for (const SuiteScale& scale : scales()) names.push_back(scale.name);
  return names;
}

SuiteScale suite_scale(const std::string& name) {
  for (const SuiteScale& scale : scales())
    if (scale.name == name) return scale;
  throw ConfigError(text("'", name, "' is not a scale of the suite: expected ", alternatives(suite_scale_names())));
}

OptionFields option_fields(SuiteSettings& s) {
  return {{"scale", "how long searches and trainings take, see below", choice(s.scale, suite_scale_names())},
          {"seed", "of all random numbers: the same seed gives the same result to the bit", &s.seed, 0, 1.9e19}};
}

SuiteSettings suite_settings_from(const Record& record) {
  SuiteSettings settings;
  from_record(option_fields(settings), record);
  return settings;
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
  SuiteLengths lengths{lengthened(scale.candidate_epochs), lengthened(scale.finalist_epochs), scale.max_epochs};
  const int64_t macs = mac_count(build_network_spec(std::string(kBaseline), input, entry.class_count));
  if (scale.published_size) {
    lengths.max_parameters = published_size(entry, input);
    lengths.max_macs = macs;
  }
  if (scale.final_macs > 0) {
    const auto affordable = static_cast<int>(scale.final_macs / (static_cast<double>(macs) * all));
    lengths.epochs = std::clamp(affordable, scale.min_epochs, scale.max_epochs);
  }
  return lengths;
}

SearchSettings suite_search_settings(const SuiteScale& scale, const std::string& data, uint64_t seed,
                                     const SuiteLengths& lengths) {
  SearchSettings settings;
  settings.data = data;
  settings.method = make_method(scale.method);
  make_method(kPublishedMethod)->adjust_recipe(settings.recipe);
  const OptionFields options = settings.method->fields();
  const auto set = [&](const char* name, int value) { *std::get<int*>(only(options, {name}).front().value) = value; };
  set("max-depth", scale.max_depth);
  set("max-width", scale.max_width);
  set("candidate-epochs", lengths.candidate_epochs);
  set("finalists", scale.finalists);
  set("finalist-epochs", lengths.finalist_epochs);
  settings.recipe.seed = seed;
  settings.recipe.epochs = lengths.epochs;
  settings.search_images = scale.search_images;
  settings.validation_fraction = scale.validation_fraction;
  settings.folds = 1;
  settings.epoch_steps = 0;  // lengths are the scale's
  settings.hours = scale.hours;
  settings.budget.max_parameters = lengths.max_parameters;
  settings.budget.max_macs = lengths.max_macs;
  settings.quantize.epochs = scale.qat_epochs;
  validate(settings);
  return settings;
}

double SuiteRow::gain(double FinishedNetwork::*accuracy) const {
  return 100.0 * (search->network.*accuracy - baseline->network.*accuracy);
}

double SuiteRow::efficiency() const {
  return static_cast<double>(baseline->network.cost.parameters) / static_cast<double>(search->network.cost.parameters);
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
  SuiteRow known = read_suite_row(run, entry);
  if (known.complete()) return known;
  const Dataset images = open_dataset(data, seed);
  const SuiteLengths lengths = suite_lengths(scale, entry, images.train.shape, images.train.count());
  const auto settings = [&] { return suite_search_settings(scale, data, seed, lengths); };
  const RunIdentity identity{"search", command, images.source, content_digest(images.train),
                             content_digest(images.test)};
  const RunSummary search = search_run(suite_search_folder(run, entry), settings(), identity, images, hooks);
  const RunSummary baseline =
      baseline_run(suite_baseline_folder(run, entry), settings(), identity, images, scale.verify_images, hooks);
  return {entry, search, baseline};
}

Record to_record(const SuiteRow& row) {
  Record record;
  record.set("name", row.entry.name).set("classes", row.entry.class_count).set("complete", row.complete());
  record.set("published_gain", row.entry.published_gain).set("published_efficiency", row.entry.published_efficiency);
  const auto add = [&](const std::string& whose, const std::optional<RunSummary>& summary) {
    if (!summary) return;
    const FinishedNetwork& network = summary->network;
    record.set(whose + "test_accuracy_float", network.test_accuracy_float)
        .set(whose + "test_accuracy_int8", network.test_accuracy_int8)
        .set(whose + "seconds", network.seconds)
        .set(whose + "params", network.cost.parameters)
        .set(whose + "flash_bytes", network.cost.flash_bytes)
        .set(whose + "ram_bytes", network.cost.ram_bytes)
        .set(whose + "macs", network.cost.macs)
        .set(whose + "bytes_different", network.verify.bytes_different);
  };
  if (row.search) record.set("architecture", row.search->architecture);
  add("", row.search);
  add("baseline_", row.baseline);
  if (row.complete())
    record.set("gain", row.gain())
        .set("gain_int8", row.gain(&FinishedNetwork::test_accuracy_int8))
        .set("efficiency", row.efficiency());
  return record;
}

}  // namespace mininas
