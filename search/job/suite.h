// The suite: every data set of Table 2 (datasets/suite.h) searched, and MobileNetV2 trained on the same split by the
// same recipe for as many epochs, quantised, exported and verified like any other network. A data set is two ordinary
// runs: RUN/NAME/search and RUN/NAME/baseline; what is finished is not done again, what was interrupted goes on.
//
// A scale fixes everything else (a search may be given more or less time). Lengths are in epochs that follow from
// shapes alone (multiply-accumulates of MobileNetV2 an image, images), so they are the same on every machine; the
// search also ends by the clock, which its journal records.
#pragma once
#include <string>
#include <vector>

#include "datasets/suite.h"
#include "search/job/pipeline.h"

namespace mininas {

struct SuiteScale {
  std::string name, summary;
  // The search.
  std::string method;
  int max_depth = 8, max_width = 64;
  int candidate_epochs = 5;  // on `search_images`
  int search_images = 0;  // 0: all. Of a data set that has fewer, candidates train for more epochs, up to twice as many
  double validation_fraction = 0.1;
  int finalists = 0, finalist_epochs = 10;  // as in mini_nas.h
  double hours = 0;                         // of candidate training; 0: no limit
  // No candidate has more parameters than the published efficiency allows, so that accuracies compare at no more
  // parameters; none more multiply-accumulates than MobileNetV2, so that its final training takes no longer.
  bool published_size = false;
  // The final training of the network found and that of MobileNetV2.
  double final_macs = 0;  // of MobileNetV2's forward passes; 0: as many epochs as `most_epochs`
  int least_epochs = 1, most_epochs = 60;
  int qat_epochs = 5;
  int64_t verify_images = 0;  // of MobileNetV2; 0: all
};

std::vector<std::string> suite_scale_names();  // "quick", "study", "paper"
// Throws ConfigError that lists them.
SuiteScale suite_scale(const std::string& name);
std::string suite_scale_help();

// What a suite is begun with; each of its runs has settings of its own, which follow from these.
struct SuiteSettings {
  std::string scale = "quick";
  uint64_t seed = 0;
  bool operator==(const SuiteSettings&) const = default;
};
OptionFields option_fields(SuiteSettings& settings);
SuiteSettings suite_settings_from(const Record& record);

// Of one data set, by the shape and number of its training images.
struct SuiteLengths {
  int candidate_epochs = 0, finalist_epochs = 0;
  int epochs = 0;                            // of the final training of both networks
  int64_t max_parameters = 0, max_macs = 0;  // of a candidate; 0: no limit
};
SuiteLengths suite_lengths(const SuiteScale& scale, const SuiteEntry& entry, const ImageShape& input, int64_t images);
// The most parameters that still have the published efficiency beside MobileNetV2 for such images.
int64_t published_size(const SuiteEntry& entry, const ImageShape& input);
// The settings of the search on one data set.
SearchSettings suite_search_settings(const SuiteScale& scale, const std::string& data, uint64_t seed,
                                     const SuiteLengths& lengths);

// One line of the table; figures of the runs as in their summaries, those that are not finished yet missing.
struct SuiteRow {
  SuiteEntry entry;
  std::optional<RunSummary> search, baseline;
  bool complete() const { return search && baseline; }
  // Requires complete(). Points of accuracy over the baseline, and its parameters by ours.
  double gain(double FinishedNetwork::*accuracy = &FinishedNetwork::test_accuracy_float) const;
  double efficiency() const;
};

std::filesystem::path suite_search_folder(const std::filesystem::path& run, const SuiteEntry& entry);
std::filesystem::path suite_baseline_folder(const std::filesystem::path& run, const SuiteEntry& entry);
// Those folders, of the data sets that the run has begun, in which there is a run.
std::vector<std::filesystem::path> suite_run_folders(const std::filesystem::path& run);
// What there is of one data set.
SuiteRow read_suite_row(const std::filesystem::path& run, const SuiteEntry& entry);
// Of every data set that the run has begun, in the order of the table.
std::vector<SuiteRow> read_suite(const std::filesystem::path& run);

// Does what is missing of one data set. `command` is recorded in both runs. Throws what the stages throw.
SuiteRow run_suite_entry(const std::filesystem::path& run, const SuiteEntry& entry, const SuiteScale& scale,
                         const std::string& data, uint64_t seed, const std::string& command,
                         const PipelineHooks& hooks);

// "name", "classes", accuracies, gains, efficiency, flash, RAM, seconds, and the published figures.
Record to_record(const SuiteRow& row);

}  // namespace mininas
