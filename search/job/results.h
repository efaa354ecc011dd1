// Results of the stages of a run as plain structs. Each is followed by the list of its fields (search/record/fields.h),
// which defines its form in the files of a run and in --json. Accuracies are in [0, 1], sizes in bytes, times in
// seconds.
#pragma once
#include <optional>
#include <string>

#include "mcu/host/verify/verify.h"
#include "nn/train/trainer.h"
#include "search/cost/cost.h"
#include "search/job/run_folder.h"
#include "search/record/fields.h"
#include "search/run/score_check.h"

namespace mininas {

// For RUN/training.json and RUN/quantizing.json.
template <>
inline constexpr auto kFields<EpochResult> = std::tuple(field("epoch", &EpochResult::epoch),
                                                        field("learning_rate", &EpochResult::learning_rate),
                                                        field("train_loss", &EpochResult::train_loss),
                                                        field("train_accuracy", &EpochResult::train_accuracy),
                                                        field("eval_accuracy", &EpochResult::eval_accuracy),
                                                        field("seconds", &EpochResult::seconds));
template <>
inline constexpr auto kFields<TrainResult> = std::tuple(field("epochs", &TrainResult::epochs),
                                                        field("seconds", &TrainResult::seconds));

// Without the first difference: the files of a run describe networks without any.
template <>
inline constexpr auto kFields<Verification> = std::tuple(field("images", &Verification::images),
                                                         field("layers", &Verification::layers),
                                                         field("bytes_compared", &Verification::bytes_compared),
                                                         field("bytes_different", &Verification::bytes_different));

// The costs that do not depend on a board; the others are in Latency.
template <>
inline constexpr auto kFields<Cost> = std::tuple(field("params", &Cost::parameters), field("macs", &Cost::macs),
                                                 field("flash_bytes", &Cost::flash_bytes),
                                                 field("code_bytes", &Cost::code_bytes),
                                                 field("ram_bytes", &Cost::ram_bytes));

struct Latency {
  std::string board, flag;          // "-O2": the compiler flag of the kernels whose instructions these are
  int64_t instructions = 0;         // predicted, for one inference
  std::optional<int64_t> clock_hz;  // if the target has a clock; then milliseconds, too
  std::optional<double> milliseconds;
};
template <>
inline constexpr auto kFields<Latency> = std::tuple(field("board", &Latency::board),
                                                    field("instructions_flag", &Latency::flag),
                                                    field("instructions", &Latency::instructions),
                                                    field("clock_hz", &Latency::clock_hz),
                                                    field("milliseconds", &Latency::milliseconds));
// Nothing if the target has no board. `cost` is the result of predict_cost for this target.
std::optional<Latency> latency_of(const Cost& cost, const Target& target);

// What an accuracy hides where classes differ in size. All in [0, 1].
struct ClassFigures {
  double chance = 0;             // the accuracy of always naming the commonest class
  double balanced_accuracy = 0;  // the mean of the classes' accuracies
  std::string worst_class;
  double worst_class_accuracy = 0;
};
template <>
inline constexpr auto kFields<ClassFigures> = std::tuple(field("chance", &ClassFigures::chance),
                                                         field("balanced_accuracy", &ClassFigures::balanced_accuracy),
                                                         field("worst_class", &ClassFigures::worst_class),
                                                         field("worst_class_accuracy",
                                                               &ClassFigures::worst_class_accuracy));
ClassFigures class_figures(const Evaluation& evaluation, const std::vector<std::string>& class_names);

// The measurements of finish_network (search/job/finish.h).
struct FinishedNetwork {
  Cost cost;
  std::string code_for;  // "Cortex-M4 at -Os": the build whose code counts as flash
  double test_accuracy_float = 0, test_accuracy_int8 = 0;
  int64_t test_images = 0;
  ClassFigures classes;                          // of the integer network
  std::string weights_sha256, quantized_sha256;  // digests of the float weights and of RUN/quantized.bin
  Verification verify;
  double seconds = 0;
};
template <>
inline constexpr auto kFields<FinishedNetwork> =
    std::tuple(part(&FinishedNetwork::cost), field("code_for", &FinishedNetwork::code_for),
               field("test_accuracy_float", &FinishedNetwork::test_accuracy_float),
               field("test_accuracy_int8", &FinishedNetwork::test_accuracy_int8),
               field("test_images", &FinishedNetwork::test_images), part(&FinishedNetwork::classes),
               field("weights_sha256", &FinishedNetwork::weights_sha256),
               field("quantized_sha256", &FinishedNetwork::quantized_sha256), field("verify", &FinishedNetwork::verify),
               field("seconds", &FinishedNetwork::seconds));

// Figures of a finished search.
struct SearchFigures {
  int candidates = 0, trained = 0;
  std::string end;  // why it ended
  double seconds = 0;
  int64_t image_epochs = 0;
  ScoreCheck scores;
};
template <>
inline constexpr auto kFields<SearchFigures> = std::tuple(field("candidates", &SearchFigures::candidates),
                                                          field("candidates_trained", &SearchFigures::trained),
                                                          field("search_end", &SearchFigures::end),
                                                          field("search_seconds", &SearchFigures::seconds),
                                                          field("search_image_epochs", &SearchFigures::image_epochs),
                                                          part(&SearchFigures::scores));

// RUN/summary.json of a run that ends with verified C: a search, or the baseline of a suite.
struct RunSummary {
  std::string architecture;
  std::optional<std::string> label;  // if candidates were scored on the test images, as published
  FinishedNetwork network;           // its seconds are those of the whole run, including the search
  std::optional<Latency> latency;
  std::optional<SearchFigures> search;
  uint64_t seed = 0;
  std::string command, data;
};
template <>
inline constexpr auto kFields<RunSummary> = std::tuple(field("architecture", &RunSummary::architecture),
                                                       field("label", &RunSummary::label), part(&RunSummary::network),
                                                       part(&RunSummary::latency), part(&RunSummary::search),
                                                       field("seed", &RunSummary::seed),
                                                       field("command", &RunSummary::command),
                                                       field("data", &RunSummary::data));

// RUN/summary.json of `mininas train`. The training accuracy is that of the last epoch, on augmented images.
struct TrainSummary {
  std::string architecture;
  int64_t params = 0;
  double train_accuracy = 0, test_accuracy = 0;
  double best_test_accuracy = 0;
  int64_t test_images = 0;
  ClassFigures classes;            // on the test images
  int best_epoch = 0, epochs = 0;  // counted from 1
  double seconds = 0;
  std::string weights_sha256;
  uint64_t seed = 0;
  std::string data;
};
template <>
inline constexpr auto kFields<TrainSummary> = std::tuple(
    field("architecture", &TrainSummary::architecture), field("params", &TrainSummary::params),
    field("train_accuracy", &TrainSummary::train_accuracy), field("test_accuracy", &TrainSummary::test_accuracy),
    field("best_test_accuracy", &TrainSummary::best_test_accuracy), field("test_images", &TrainSummary::test_images),
    part(&TrainSummary::classes), field("best_epoch", &TrainSummary::best_epoch),
    field("epochs", &TrainSummary::epochs), field("seconds", &TrainSummary::seconds),
    field("weights_sha256", &TrainSummary::weights_sha256), field("seed", &TrainSummary::seed),
    field("data", &TrainSummary::data));

void write_summary(const RunFolder& folder, const RunSummary& summary);
void write_summary(const RunFolder& folder, const TrainSummary& summary);
// Nothing if the run is not finished. Throws FormatError if the file was changed, or describes other networks than the
// ones in the run's folder.
std::optional<RunSummary> read_run_summary(const RunFolder& folder);
std::optional<TrainSummary> read_train_summary(const RunFolder& folder);

}  // namespace mininas
