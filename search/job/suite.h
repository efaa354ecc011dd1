// The suite: for every data set of Table 2 (datasets/suite.h) it runs a search, and trains MobileNetV2 on the same
// split with the same recipe for as many epochs. Both networks are quantised, exported and verified. Each data set has
// two ordinary runs, RUN/NAME/search and RUN/NAME/baseline. Finished runs are not repeated, interrupted ones continue.
// A scale determines everything else; only the time limit of the search can be changed. Lengths are in epochs and
// follow from shapes alone (MACs of MobileNetV2 per image, number of images), so they are the same on every machine.
// The time limit also ends a search; its journal records when.
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
  // 0: all. If a data set has fewer, candidates train for more epochs, up to twice as many.
  int search_images = 0;
  double validation_fraction = 0.1;
  int finalists = 0, finalist_epochs = 10;  // as in mini_nas.h
  double hours = 0;                         // limit of candidate training; 0: no limit
  // Limits every candidate to the parameters that the published efficiency allows, so that accuracies are compared at
  // no more parameters, and to the MACs of MobileNetV2, so that its final training takes no longer.
  bool published_size = false;
  // The final training of the network found and of MobileNetV2.
  double final_macs = 0;  // MACs of all forward passes of MobileNetV2; 0: always `max_epochs` epochs
  int min_epochs = 1, max_epochs = 60;
  int qat_epochs = 5;
  int64_t verify_images = 0;  // test images of MobileNetV2; 0: all
};

std::vector<std::string> suite_scale_names();  // "quick", "study", "paper"
// Throws ConfigError that lists the names.
SuiteScale suite_scale(const std::string& name);
std::string suite_scale_help();

// The settings of a suite; those of each of its runs follow from them.
struct SuiteSettings {
  std::string scale = "quick";
  uint64_t seed = 0;
  bool operator==(const SuiteSettings&) const = default;
};
OptionFields option_fields(SuiteSettings& settings);
SuiteSettings suite_settings_from(const Record& record);

// The lengths for one data set, from the shape and number of its training images.
struct SuiteLengths {
  int candidate_epochs = 0, finalist_epochs = 0;
  int epochs = 0;                            // of the final training of both networks
  int64_t max_parameters = 0, max_macs = 0;  // of a candidate; 0: no limit
};
SuiteLengths suite_lengths(const SuiteScale& scale, const SuiteEntry& entry, const ImageShape& input, int64_t images);
// The largest number of parameters that still has the published efficiency compared with MobileNetV2 for such images.
int64_t published_size(const SuiteEntry& entry, const ImageShape& input);
// The settings of the search on one data set.
SearchSettings suite_search_settings(const SuiteScale& scale, const std::string& data, uint64_t seed,
                                     const SuiteLengths& lengths);

// One row of the table, with the summaries of its runs. A run that is not finished has none.
struct SuiteRow {
  SuiteEntry entry;
  std::optional<RunSummary> search, baseline;
  bool complete() const { return search && baseline; }
  // Both require complete(). Percentage points of accuracy above the baseline; the baseline's parameters divided by
  // ours.
  double gain(double FinishedNetwork::*accuracy = &FinishedNetwork::test_accuracy_float) const;
  double efficiency() const;
};

std::filesystem::path suite_search_folder(const std::filesystem::path& run, const SuiteEntry& entry);
std::filesystem::path suite_baseline_folder(const std::filesystem::path& run, const SuiteEntry& entry);
// The run folders, of all data sets that the suite has started, that contain a run.
std::vector<std::filesystem::path> suite_run_folders(const std::filesystem::path& run);
// Reads the results of one data set.
SuiteRow read_suite_row(const std::filesystem::path& run, const SuiteEntry& entry);
// Reads the results of every data set that the suite has started, in the order of the table.
std::vector<SuiteRow> read_suite(const std::filesystem::path& run);

// Completes one data set. `command` is recorded in both runs. Throws the errors of the stages.
SuiteRow run_suite_entry(const std::filesystem::path& run, const SuiteEntry& entry, const SuiteScale& scale,
                         const std::string& data, uint64_t seed, const std::string& command,
                         const PipelineHooks& hooks);

// "name", "classes", accuracies, gains, efficiency, flash, RAM, seconds, and the published figures.
Record to_record(const SuiteRow& row);

}  // namespace mininas
