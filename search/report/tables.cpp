#include "search/report/tables.h"

#include "core/error.h"
#include "core/io/file.h"
#include "search/job/results.h"
#include "search/job/suite.h"
#include "search/record/record_file.h"
#include "search/run/pareto.h"

namespace mininas {
namespace {

const char* name_of(Status status) {
  return status == Status::kOk ? "trained" : status == Status::kFailed ? "failed" : "over the limits";
}

const char* yes_or_no(bool value) { return value ? "yes" : "no"; }

// Empty where it was not measured.
std::string measured(double value) { return value < 0 ? "" : csv_number(value); }

void add_training(const std::filesystem::path& file, const char* part, std::vector<CsvRow>& rows) {
  if (!std::filesystem::exists(file)) return;
  for (const EpochResult& e : from_record<TrainResult>(read_record(file)).epochs)
    rows.push_back({part, "", std::to_string(e.epoch + 1), csv_number(e.learning_rate), csv_number(e.train_loss),
                    csv_number(e.train_accuracy), "", measured(e.eval_accuracy)});
}

}  // namespace

std::vector<CsvRow> candidate_rows(const Journal& journal) {
  std::vector<CsvRow> rows = {{"number", "stage", "outcome", "kept", "front", "score", "epochs", "params",
                               "flash_bytes", "ram_bytes", "macs", "instructions", "architecture", "reason"}};
  const std::vector<bool> front = pareto_front(journal.entries());
  for (size_t i = 0; i < journal.entries().size(); ++i) {
    const JournalEntry& entry = journal.entries()[i];
    const Candidate& candidate = entry.trial.candidate;
    const Outcome& outcome = entry.trial.outcome;
    const Cost& cost = entry.cost;
    const auto number = [](int64_t value) { return std::to_string(value); };
    rows.push_back({number(entry.trial.index + 1), candidate.stage, name_of(outcome.status), yes_or_no(entry.kept()),
                    yes_or_no(front[i]), outcome.status == Status::kOk ? csv_number(outcome.score) : "",
                    number(candidate.epochs), number(cost.parameters), number(cost.flash_bytes), number(cost.ram_bytes),
                    number(cost.macs), cost.instructions > 0 ? number(cost.instructions) : "",
                    to_text(candidate.architecture), entry.decision ? entry.decision->reason : ""});
  }
  return rows;
}

std::vector<CsvRow> curve_rows(const RunFolder& folder) {
  std::vector<CsvRow> rows = {{"part", "candidate", "epoch", "learning_rate", "train_loss", "train_accuracy",
                               "validation_accuracy", "test_accuracy"}};
  if (std::filesystem::exists(folder.journal_file())) {
    const Journal journal(folder.journal_file());
    for (const JournalEntry& entry : journal.entries()) {
      const Candidate& candidate = entry.trial.candidate;
      const int first = candidate.ancestors.empty() ? 1 : candidate.branch_epoch + 1;
      const auto& curve = entry.trial.outcome.curve;
      for (size_t e = 0; e < curve.size(); ++e)
        rows.push_back({"search", std::to_string(entry.trial.index + 1), std::to_string(first + static_cast<int>(e)),
                        "", "", "", csv_number(curve[e] / 100), ""});
    }
  }
  add_training(folder.training_file(), "training", rows);
  add_training(folder.quantizing_file(), "quantisation", rows);
  return rows;
}

std::vector<CsvRow> suite_rows(const RunFolder& folder) {
  std::vector<CsvRow> rows = {{"name", "classes", "architecture", "test_accuracy_int8", "test_accuracy_float", "params",
                               "flash_bytes", "ram_bytes", "macs", "seconds", "baseline_accuracy_float",
                               "baseline_params", "gain", "efficiency", "published_gain", "published_efficiency"}};
  for (const SuiteRow& row : read_suite(folder.path())) {
    CsvRow cells = {row.entry.name, std::to_string(row.entry.class_count)};
    cells.resize(rows.front().size());
    if (row.search) {
      const FinishedNetwork& n = row.search->network;
      cells[2] = row.search->architecture;
      cells[3] = csv_number(n.test_accuracy_int8);
      cells[4] = csv_number(n.test_accuracy_float);
      cells[5] = std::to_string(n.cost.parameters);
      cells[6] = std::to_string(n.cost.flash_bytes);
      cells[7] = std::to_string(n.cost.ram_bytes);
      cells[8] = std::to_string(n.cost.macs);
      cells[9] = csv_number(n.seconds);
    }
    if (row.baseline) {
      cells[10] = csv_number(row.baseline->network.test_accuracy_float);
      cells[11] = std::to_string(row.baseline->network.cost.parameters);
    }
    if (row.complete()) {
      cells[12] = csv_number(row.gain());
      cells[13] = csv_number(row.efficiency());
    }
    cells[14] = csv_number(row.entry.published_gain);
    cells[15] = csv_number(row.entry.published_efficiency);
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::filesystem::path> write_tables(const RunFolder& folder) {
  std::vector<std::filesystem::path> files;
  const auto write = [&](const char* name, const std::vector<CsvRow>& rows) {
    files.push_back(folder.path() / name);
    write_text_file(files.back(), to_csv(rows));
  };
  if (read_run_file(folder, "").identity.kind == "suite") {
    write("suite.csv", suite_rows(folder));
    return files;
  }
  if (std::filesystem::exists(folder.journal_file()))
    write("candidates.csv", candidate_rows(Journal(folder.journal_file())));
  write("curves.csv", curve_rows(folder));
  return files;
}

}  // namespace mininas
