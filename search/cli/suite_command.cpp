// mininas suite: Table 2 of the poster, data set by data set, with MobileNetV2 trained as a baseline.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/cost/cost.h"
#include "search/job/suite.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  SuiteSettings settings;
  std::string data_root, only, out;
  double hours = 0;
};

std::vector<SuiteEntry> chosen(const std::string& only) {
  if (only.empty()) return suite_table();
  std::vector<SuiteEntry> entries;
  std::istringstream names(only);
  for (std::string name; std::getline(names, name, ',');)
    entries.push_back(usage_of("only", [&] { return suite_entry(name); }));
  return entries;
}

// The folder of a suite is created once. Later calls may add other data sets, but may not change the scale or the seed.
RunFolder open_suite(const Options& o, const Command& command) {
  if (!std::filesystem::exists(std::filesystem::path(o.out) / "run.json")) {
    RunFolder folder = RunFolder::create(o.out);
    SuiteSettings settings = o.settings;
    write_run_file(folder, {"suite", command.typed(), o.data_root, "", ""}, to_record(option_fields(settings)));
    return folder;
  }
  RunFolder folder = RunFolder::open(o.out);
  const SuiteSettings begun = suite_settings_from(read_run_file(folder, "suite").settings);
  if (begun != o.settings)
    throw ConfigError(text(o.out, ": was begun with --scale ", begun.scale, " --seed ", begun.seed,
                           "; repeat these options or choose another --out"));
  return folder;
}

void print_header() {
  std::printf("%-36s %7s %9s %9s %9s %9s %10s %9s %9s %9s %9s %9s %8s\n", "data set", "classes", "float %", "int8 %",
              "MNv2 %", "gain", "published", "parameters", "effic.", "published", "flash", "RAM", "seconds");
}

void print_suite_row(const SuiteRow& row) {
  if (!row.complete()) {
    std::printf("%-36s %7d  not finished\n", row.entry.name.c_str(), row.entry.class_count);
    return;
  }
  const FinishedNetwork &search = row.search->network, &baseline = row.baseline->network;
  std::printf("%-36s %7d %9.2f %9.2f %9.2f %+9.2f %+10.2f %9s %8.1fx %8.1fx %9s %9s %8.0f\n", row.entry.name.c_str(),
              row.entry.class_count, 100 * search.test_accuracy_float, 100 * search.test_accuracy_int8,
              100 * baseline.test_accuracy_float, row.gain(), row.entry.published_gain,
              grouped(search.cost.parameters).c_str(), row.efficiency(), row.entry.published_efficiency,
              grouped(search.cost.flash_bytes).c_str(), grouped(search.cost.ram_bytes).c_str(),
              search.seconds + baseline.seconds);
}

void run_one(const Options& o, const SuiteEntry& entry, const SuiteScale& scale, const std::string& data,
             const Command& command, Progress& progress) {
  PipelineHooks hooks = progress.pipeline_hooks();
  hooks.on_stage = [&](const std::string& stage) { progress.stage(entry.name + ": " + stage); };
  try {
    run_suite_entry(o.out, entry, scale, data, o.settings.seed, command.typed(), hooks);
  } catch (const Interrupted& stop) {
    throw Interrupted(text(stop.what(), "; go on with the same command"));
  }
}

// The scale and the time limit of the options. A search that has started keeps the limit in its run.json.
SuiteScale scale_of(const Options& o) {
  SuiteScale scale = suite_scale(o.settings.scale);
  if (o.hours > 0) scale.hours = o.hours;
  return scale;
}

// Data sets that were skipped for the same reason.
struct Undone {
  std::vector<std::string> names;
  std::string reason;
};

void add_undone(std::vector<Undone>& undone, const std::string& name, const std::string& reason) {
  const auto same = std::find_if(undone.begin(), undone.end(), [&](const Undone& u) { return u.reason == reason; });
  if (same == undone.end())
    undone.push_back({{name}, reason});
  else
    same->names.push_back(name);
}

void print_undone(const char* what, const std::vector<Undone>& undone) {
  for (const Undone& u : undone) {
    std::string names;
    for (const std::string& name : u.names) names += (names.empty() ? "" : ", ") + name;
    std::printf("\n%-8s %s\n         %s\n", what, names.c_str(), u.reason.c_str());
  }
}

std::vector<Record> to_records(const std::vector<Undone>& undone) {
  std::vector<Record> records;
  for (const Undone& u : undone) records.push_back(Record().set("names", u.names).set("reason", u.reason));
  return records;
}

// The results of one call of the command.
struct Outcomes {
  std::vector<SuiteRow> rows;
  std::vector<Undone> missing, failed;
};

void print(const Outcomes& outcomes, const Options& o) {
  if (o.common.json) {
    std::vector<Record> rows;
    for (const SuiteRow& row : outcomes.rows) rows.push_back(to_record(row));
    print_json(Record()
                   .set("scale", o.settings.scale)
                   .set("rows", rows)
                   .set("missing", to_records(outcomes.missing))
                   .set("failed", to_records(outcomes.failed)));
    return;
  }
  if (!outcomes.rows.empty()) print_header();
  for (const SuiteRow& row : outcomes.rows) print_suite_row(row);
  print_undone("missing", outcomes.missing);
  print_undone("failed", outcomes.failed);
}

// Runs one data set. An error is recorded and does not stop the other data sets.
void try_one(const Options& o, const SuiteEntry& entry, const Command& command, Progress& progress,
             Outcomes& outcomes) {
  if (read_suite_row(o.out, entry).complete()) return;
  const auto data = suite_data(entry, o.data_root);
  if (!data) return add_undone(outcomes.missing, entry.name, how_to_get(entry, o.data_root));
  try {
    run_one(o, entry, scale_of(o), *data, command, progress);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    add_undone(outcomes.failed, entry.name, error.what());
  }
}

int run(Options& o, const Command& command) {
  o.settings.seed = o.common.seed;
  if (o.data_root.empty() || o.out.empty())
    throw UsageError("--data-root and --out are needed; `mininas suite --help` shows more");
  apply(o.common);
  const std::vector<SuiteEntry> entries = chosen(o.only);
  const auto can_be_done = [&](const SuiteEntry& entry) {
    return read_suite_row(o.out, entry).complete() || suite_data(entry, o.data_root).has_value();
  };
  if (std::none_of(entries.begin(), entries.end(), can_be_done))
    throw ConfigError("no data set can be done: " + how_to_get(entries.front(), o.data_root));
  const RunFolder folder = open_suite(o, command);
  Progress progress(o.common.quiet);
  Outcomes outcomes;
  for (const SuiteEntry& entry : entries) try_one(o, entry, command, progress, outcomes);
  progress.clear();
  outcomes.rows = read_suite(folder.path());
  print(outcomes, o);
  if (outcomes.failed.empty()) return 0;
  std::fflush(stdout);
  throw Error(text(outcomes.failed.front().names.front(), ": ", outcomes.failed.front().reason,
                   "; the same command tries again"));
}

}  // namespace

void add_suite_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  std::string names;
  for (const SuiteEntry& entry : suite_table()) names += (names.empty() ? "" : ", ") + entry.name;
  Command& command = parser.add(
      "suite", "searches up to 31 small data sets and compares each network with MobileNetV2 (the poster's Table 2)",
      "Example:\n  mininas suite --data-root build/data --only bird-cat --scale quick --out suite\n\n"
      "The same command goes on where it stopped and skips what is done; `mininas report suite` writes a page about "
      "it. "
      "`mininas suite --help-all` lists the data sets. Scales:\n" +
          suite_scale_help(),
      [o](const Command& given) { return run(*o, given); });
  command.option(
      "data-root", o->data_root,
      "folder that holds cifar-10-batches-bin and tiny-imagenet-200 (both as downloaded) or tiny-imagenet-pairs");
  command.option("only", o->only, "the data sets to do, by name, separated by commas; default: all 31");
  command.fields(only(option_fields(o->settings), {"scale"}));
  command.fields(
      {{"hours", "hours of candidate training for each search that this call begins; 0: as many as the scale has",
        &o->hours, 0, 1e6}});
  command.option("out", o->out, "folder of the suite; where it exists, the suite in it goes on");
  add_common(command, o->common);
  command.details("Data sets: " + names);
}

}  // namespace mininas
