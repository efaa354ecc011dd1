// The parts of a report, each a section of HTML, or empty where the run has nothing to show in it.
#pragma once
#include <string>

#include "nn/spec/network_spec.h"
#include "search/job/final_evaluation.h"
#include "search/job/run_folder.h"
#include "search/job/settings.h"
#include "search/report/plot.h"
#include "search/run/journal.h"

namespace mininas {

// Every candidate as a point: score over parameters, MACs, flash, RAM and, where a board was named, instructions; kept,
// rejected and chosen told apart, limits drawn.
std::string candidates_part(const Journal& journal, const Architecture& chosen, const Budget& budget,
                            const std::string& score_name);
// The stages with their rules, and every candidate with the reason of its decision.
std::string path_part(const Journal& journal, const Method& method);
// Accuracy of the candidates over their epochs.
Plot candidate_curves(const Journal& journal, const std::string& score_name);
// Loss and accuracy of a training over its epochs: of training.json and quantizing.json.
std::vector<Plot> training_curves(const TrainResult& training, const std::string& name);

// What each layer puts out as a block, as high as it has rows and as wide as it has channels; below it the memory that
// lives meanwhile.
std::string network_drawing(const NetworkSpec& spec, RamPlan ram_plan);
// The network layer by layer: that drawing, and a row a layer: kind, shape, parameters, MACs, flash, and a bar of the
// memory that must exist while it runs.
std::string layers_part(const NetworkSpec& spec, RamPlan ram_plan, int64_t max_ram_bytes);

std::string confusion_part(const FinalEvaluation& evaluation);
std::string mistakes_part(const FinalEvaluation& evaluation);
std::string arithmetic_part(const FinalEvaluation& evaluation);

// The whole page of a suite, to be written to `target`: Table 2 as a table with links to the runs' own pages, and
// charts of ours beside the published figures.
std::string suite_report(const RunFolder& folder, const RunFile& run, const std::filesystem::path& target);

// "96.90 %" of 0.969
std::string as_percent(double fraction);

}  // namespace mininas
