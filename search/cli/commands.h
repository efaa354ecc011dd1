// The commands of `mininas`, one file each, and what they share.
#pragma once
#include <cstdint>
#include <string>

#include "datasets/dataset.h"
#include "mcu/host/board.h"
#include "search/cli/parser.h"
#include "search/job/results.h"
#include "search/job/settings.h"
#include "search/space/architecture.h"

namespace mininas {

// Which search: the command then has the options of that method, with the values of the preset.
struct MethodChoice {
  std::string method, preset;
};
// Throws UsageError where there is no such method or preset.
std::unique_ptr<Method> method_of(const MethodChoice& choice);
void add_search_command(Parser& parser, const MethodChoice& choice);
void add_candidates_command(Parser& parser);
void add_take_command(Parser& parser);
void add_compare_command(Parser& parser);
void add_suite_command(Parser& parser);
void add_report_command(Parser& parser);
void add_replay_command(Parser& parser, const MethodChoice& choice);
void add_train_command(Parser& parser);
void add_quantize_command(Parser& parser);
void add_export_command(Parser& parser);
void add_verify_command(Parser& parser);
void add_eval_command(Parser& parser);
void add_inspect_command(Parser& parser);
void add_bench_command(Parser& parser);
void add_predict_command(Parser& parser);
void add_version_command(Parser& parser);

struct CommonOptions {
  bool json = false;
  bool quiet = false;
  int threads = 0;  // 0: all cores
  uint64_t seed = 0;
};
// Which of them a command takes, besides --json and --quiet: those that would change nothing are refused.
struct CommonUse {
  bool threads = true, seed = true;
};
void add_common(Command& command, CommonOptions& options, CommonUse use = {});
// Sets the threads.
void apply(const CommonOptions& options);

// What was typed for an option that names an architecture, or an image's size. Throws UsageError where it is of no such
// form.
Architecture architecture_of(const std::string& option, const std::string& typed);
ImageShape image_shape_of(const std::string& option, const std::string& typed);

// Options about --data where images are files.
struct FileOptions {
  std::string fit;
  bool skip_bad = false;
};
void add_file_options(Command& command, FileOptions& options);

// The images of --data, for a new run. What should be known of them is printed to standard error. Throws UsageError
// where the text is not of a form that dataset_help tells, and what open_dataset throws.
Dataset open_data(const std::string& data, const FileOptions& files, const CommonOptions& common);

// Rows of a table: an accuracy on the test images with what it is worth, balanced accuracy, and the worst class. `of`
// follows the accuracy: " int8".
void print_accuracy(double accuracy, const std::string& of, int64_t images, const ClassFigures& classes);
// Rows of a table, with what such figures are worth. Nothing where there is none.
void print_latency(const std::optional<Latency>& latency);
// "1,000 images, 12 layers, 5,000,000 bytes compared, 0 different"
std::string counts_text(const Verification& verification);

// For --resume: throws UsageError where an option was given that could change a result, other than those of `allowed`.
void check_resumable(const Command& command, const std::vector<std::string>& allowed = {});

// The text of the architecture of a run's network. Throws ConfigError where it is not known yet.
std::string architecture_of(const RunFolder& folder);

// Removes what was made of a run's integers: the export and the predictions. This comes before new integers are
// written; otherwise a command that is killed in between would leave figures of another network.
void remove_made_of_integers(const RunFolder& folder);

// What a command does with the images of a run. kGoOn: goes on with the run: its own images, which --data may tell the
// new place of. kTrain and kMeasure: those that --data names, to train on or as test images, or else the run's own.
enum class DataUse { kGoOn, kTrain, kMeasure };
// The images for a run that exists (search/job/run_data.h). Prints as open_data does.
Dataset open_run_data(const RunFolder& folder, const std::string& data, DataUse use, const FileOptions& files,
                      const CommonOptions& common);
// Throws ConfigError where the images are of other classes than the run's network.
void check_same_classes(const std::vector<std::string>& expected, const ImageSet& images, const std::string& who);

// The summary of a run that ends with verified C, and the commands that show or use it. `folder`: where it lies.
void print_summary(const RunSummary& summary, const std::string& folder);
void print_what_follows(const RunSummary& summary, const std::string& folder);

// For commands that need a network of the run: throw ConfigError, with what to do, where the run has not got that far.
void check_trained(const RunFolder& folder);
void check_quantized(const RunFolder& folder);

// One JSON object on standard output.
void print_json(const Record& record);
// A line of a two-column table on standard output.
void print_row(const std::string& name, const std::string& value);
// The rows that end a summary: commands that could follow, each with what it is for.
struct NextCommand {
  std::string command, purpose;
};
void print_next(const std::vector<NextCommand>& commands);

}  // namespace mininas
