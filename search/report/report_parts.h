// The sections of a report as HTML. A section is empty if the run has nothing to show in it.
#pragma once
#include <string>

#include "nn/spec/network_spec.h"
#include "search/job/final_evaluation.h"
#include "search/job/run_folder.h"
#include "search/job/settings.h"
#include "search/report/plot.h"
#include "search/run/journal.h"

namespace mininas {

// Every candidate as a point: score over parameters, MACs, flash, RAM and, with a board, instructions. Kept, rejected
// and chosen candidates are marked differently; the limits of the budget are drawn as lines.
std::string candidates_part(const Journal& journal, const Architecture& chosen, const Budget& budget,
                            const std::string& score_name);
// The stages with their rules, and every candidate with the reason of its decision.
std::string path_part(const Journal& journal, const Method& method);
// Accuracy of the candidates over their epochs.
Plot candidate_curves(const Journal& journal, const std::string& score_name);
// Loss and accuracy over the epochs of a training (training.json or quantizing.json).
std::vector<Plot> training_curves(const TrainResult& training, const std::string& name);

// Each layer's output as a block whose height shows its rows and whose width shows its channels, and below it the
// memory in use while the layer runs.
std::string network_drawing(const NetworkSpec& spec, RamPlan ram_plan);
// That drawing, and a table with a row per layer: kind, shape, parameters, MACs, flash, and a bar of the memory that is
// in use while it runs.
std::string layers_part(const NetworkSpec& spec, RamPlan ram_plan, int64_t max_ram_bytes);

std::string confusion_part(const FinalEvaluation& evaluation);
std::string mistakes_part(const FinalEvaluation& evaluation);
std::string arithmetic_part(const FinalEvaluation& evaluation);

// The whole page of a suite, to be written to `target`: Table 2 as a table with links to the pages of the runs, and
// charts of our figures beside the published ones.
std::string suite_report(const RunFolder& folder, const RunFile& run, const std::filesystem::path& target);

// "96.90 %" for 0.969
std::string as_percent(double fraction);

}  // namespace mininas
