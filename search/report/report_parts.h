// The sections of a report, or parts of them, as HTML; empty if the run has nothing to show there.
#pragma once
#include <string>

#include "nn/spec/network_spec.h"
#include "search/job/final_evaluation.h"
#include "search/job/results.h"
#include "search/job/run_folder.h"
#include "search/job/settings.h"
#include "search/report/html.h"
#include "search/report/plot.h"
#include "search/run/journal.h"

namespace mininas {

// The verdict on a finished run in one sentence. `result` is that of the integer network on `images` test images.
std::string verdict(const RunSummary& summary, const Budget& budget, const TestResult& result, int64_t images);
std::string verdict(const TrainSummary& summary, const std::filesystem::path& run);
// The progress of an unfinished run, the time so far, and the command that continues it.
std::string progress_text(const RunFolder& folder, const RunFile& run);
// A link to the page of the suite, or of the search with its front, that the run belongs to; empty if there is none.
// `target` is the path of the page.
std::string parent_link(const RunFolder& folder, const std::filesystem::path& target);

// Every candidate as a point: score with its standard error over parameters, MACs, flash, RAM and, with a board,
// instructions. Kept, rejected and chosen candidates are marked differently, and limits are drawn as lines. Below, all
// of them as a table.
HtmlSection candidates_part(const Journal& journal, const Architecture& chosen, const Budget& budget,
                            const std::string& score_name);
// The stages with their rules, and every candidate with the reason of its decision.
HtmlSection path_part(const Journal& journal, const Method& method);
// Accuracy of the candidates over their epochs.
Plot candidate_curves(const Journal& journal, const std::string& score_name);
// Loss and accuracy over the epochs of a training (training.json or quantizing.json).
std::vector<Plot> training_curves(const TrainResult& training, const std::string& name);

// Each layer's output as a block whose height shows its rows and whose width shows its channels, and below it the
// memory in use while the layer runs.
std::string network_drawing(const NetworkSpec& spec, RamPlan ram_plan);
// Which bytes of the arena contain which tensor while the layers run.
std::string arena_drawing(const NetworkSpec& spec, RamPlan ram_plan);
// The network layer by layer: these drawings, and one row per layer: kind, shape, parameters, MACs, flash, and a bar of
// the memory in use while it runs.
HtmlSection layers_part(const NetworkSpec& spec, const Target& target, int64_t max_ram_bytes);

HtmlSection confusion_part(const FinalEvaluation& evaluation);
HtmlSection mistakes_part(const FinalEvaluation& evaluation);
// Accuracy per class, float and integers side by side.
HtmlSection arithmetic_part(const FinalEvaluation& evaluation);
// "The worst class is cat with 91.00 % of 100 images.", and classes that are never predicted; empty if there are no
// images.
std::string worst_class_text(const TestResult& result);
// The share of the most frequent class: the accuracy without looking at the images.
double chance_of(const TestResult& result);

// The runs in RUN/front, in the order of their candidates' numbers; none where the search finished one network alone.
std::vector<std::filesystem::path> front_run_folders(const std::filesystem::path& run);
// These networks as a table with links to their pages. `target` is the path of the page.
HtmlSection front_part(const RunFolder& folder, const std::filesystem::path& target);

// The whole page of a suite, to be written to `target`: Table 2 as a table with links to the pages of the runs, and
// charts of our figures beside the published ones.
std::string suite_report(const RunFolder& folder, const RunFile& run, const std::filesystem::path& target);

// The words of glossary.md with their meanings, in its order.
std::vector<std::pair<std::string, std::string>> glossary();
// The same, folded up until the reader opens it; not printed on paper unless it is open.
HtmlSection glossary_part();

// "96.90 %" for 0.969
std::string as_percent(double fraction);
// One standard error of an accuracy on `images` images (measured_error in search/methods/paired_error.h).
double share_error(double share, double images);

}  // namespace mininas
