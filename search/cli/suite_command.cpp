// mininas suite: Table 2 of the poster, data set by data set, with MobileNetV2 trained beside.
#include <cstdio>
#include <memory>
#include <sstream>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/cost.h"
#include "search/suite.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string data_root, only, scale = "quick", out;
};

std::vector<SuiteEntry> chosen(const std::string& only) {
  if (only.empty()) return suite_table();
  std::vector<SuiteEntry> entries;
  std::istringstream names(only);
  for (std::string name; std::getline(names, name, ',');) entries.push_back(suite_entry(name));
  return entries;
}

// A suite's folder is begun once; later calls may name other data sets, but not another scale or seed.
RunFolder open_suite(const Options& o, const Command& command) {
  const Record settings = Record().set("scale", o.scale).set("seed", o.common.seed);
  if (!std::filesystem::exists(std::filesystem::path(o.out) / "run.json")) {
    RunFolder folder = RunFolder::create(o.out);
    write_run_file(folder, {"suite", command.typed(), o.data_root, "", ""}, settings);
    return folder;
  }
  RunFolder folder = RunFolder::open(o.out);
  const Record begun = read_run_file(folder, "suite").settings;
  if (begun.to_line() != settings.to_line())
    throw ConfigError(text(o.out, ": was begun with --scale ", begun.string("scale"), " --seed ", begun.unsigned64("seed"),
                           "; go on with these or choose another --out"));
  return folder;
}

void print_header() {
  std::printf("%-36s %7s %9s %9s %9s %9s %10s %9s %9s %9s %9s %9s %8s\n", "data set", "classes", "float %", "int8 %", "MNv2 %", "gain",
              "published", "parameters", "effic.", "published", "flash", "RAM", "seconds");
}

void print_suite_row(const SuiteRow& row) {
  if (!row.complete()) {
    std::printf("%-36s %7d  not finished\n", row.entry.name.c_str(), row.entry.class_count);
    return;
  }
  const Record r = to_record(row);
  const auto percent = [&](const char* key) { return 100 * r.number(key); };
  std::printf("%-36s %7d %9.2f %9.2f %9.2f %+9.2f %+10.2f %9s %8.1fx %8.1fx %9s %9s %8.0f\n", row.entry.name.c_str(), row.entry.class_count,
              percent("test_accuracy_float"), percent("test_accuracy_int8"), percent("baseline_test_accuracy_float"), r.number("gain"),
              row.entry.published_gain, grouped(r.integer64("params")).c_str(), r.number("efficiency"), row.entry.published_efficiency,
              grouped(r.integer64("flash_bytes")).c_str(), grouped(r.integer64("ram_bytes")).c_str(),
              r.number("seconds") + r.number("baseline_seconds"));
}

void run_one(const Options& o, const SuiteEntry& entry, const SuiteScale& scale, const std::string& data, const Command& command,
             Progress& progress) {
  PipelineHooks hooks = progress.pipeline_hooks();
  hooks.on_stage = [&](const std::string& stage) { progress.stage(entry.name + ": " + stage); };
  try {
    run_suite_entry(o.out, entry, scale, data, o.common.seed, command.typed(), hooks);
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with the same command"));
  }
}

int run(const Options& o, const Command& command) {
  if (o.data_root.empty() || o.out.empty()) throw UsageError("--data-root and --out are needed; `mininas suite --help` tells more");
  apply(o.common);
  const SuiteScale scale = suite_scale(o.scale);
  const std::vector<SuiteEntry> entries = chosen(o.only);
  const RunFolder folder = open_suite(o, command);
  Progress progress(o.common.quiet);
  std::vector<std::string> missing;
  for (const SuiteEntry& entry : entries) {
    const auto data = suite_data(entry, o.data_root);
    if (data)
      run_one(o, entry, scale, *data, command, progress);
    else
      missing.push_back(text(entry.name, ": ", how_to_get(entry, o.data_root)));
  }
  progress.clear();
  const std::vector<SuiteRow> rows = read_suite(folder.path());
  if (o.common.json) {
    std::vector<Record> records;
    for (const SuiteRow& row : rows) records.push_back(to_record(row));
    print_json(Record().set("scale", o.scale).set("rows", records).set("missing", missing));
  } else {
    if (!rows.empty()) print_header();
    for (const SuiteRow& row : rows) print_suite_row(row);
    for (const std::string& line : missing) std::printf("skipped  %s\n", line.c_str());
  }
  if (missing.size() == entries.size()) throw ConfigError(text("no data set could be run; the first: ", missing.front()));
  return 0;
}

}  // namespace

void add_suite_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  std::string names;
  for (const SuiteEntry& entry : suite_table()) names += "  " + entry.name + "\n";
  Command& command = parser.add(
      "suite", "Table 2: searches small data sets, and trains MobileNetV2 beside",
      "Example:\n  mininas suite --data-root build/data --only airplane-automobile --scale quick --out suite\n\nThe same command goes on "
      "where it stopped and skips what is done; `mininas report suite` makes a page. Scales:\n" +
          suite_scale_help() + "\nData sets:\n" + names,
      [o](const Command& given) { return run(*o, given); });
  command.option("data-root", o->data_root, "folder with cifar-10-batches-bin, tiny-imagenet-200");
  command.option("only", o->only, "data sets by name, with commas; default: all 31");
  command.option("scale", o->scale, "how long to search and train: quick, study or paper");
  command.option("out", o->out, "folder of the suite; one that exists is gone on with");
  add_common(command, o->common);
}

}  // namespace mininas
