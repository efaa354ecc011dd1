// The figures of a run as tables that other programs read (search/record/csv.h).
#pragma once
#include "search/job/run_folder.h"
#include "search/record/csv.h"
#include "search/run/journal.h"

namespace mininas {

// A row a candidate: its number (from 1), stage, outcome, whether it was kept and is on the Pareto front, score, costs,
// architecture, and why it was kept or not.
std::vector<CsvRow> candidate_rows(const Journal& journal);

// A row an epoch: of the candidates' validation, and what training.json and quantizing.json hold.
std::vector<CsvRow> curve_rows(const RunFolder& folder);

// A row a data set of a suite: both networks, and the published figures.
std::vector<CsvRow> suite_rows(const RunFolder& folder);

// Writes these tables beside a run's report, those that the run has, and returns their files: candidates.csv,
// curves.csv; of a suite suite.csv.
std::vector<std::filesystem::path> write_tables(const RunFolder& folder);

}  // namespace mininas
