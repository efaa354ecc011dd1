// mininas candidates: what a search tried, and which of it no other candidate beats.
#include <cstdio>
#include <iostream>
#include <memory>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cost/cost.h"
#include "search/methods/scores.h"
#include "search/report/tables.h"
#include "search/run/pareto.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run;
  bool front = false, csv = false;
};

Record to_record(const JournalEntry& entry, bool front) {
  const Outcome& outcome = entry.trial.outcome;
  Record record;
  record.set("number", entry.trial.index + 1).set("stage", entry.trial.candidate.stage);
  record.set("architecture", to_text(entry.trial.candidate.architecture)).set("epochs", entry.trial.candidate.epochs);
  record.set("kept", entry.kept()).set("front", front);
  if (outcome.status == Status::kOk)
    record.set("score", outcome.score);
  else
    record.set("problem", outcome.problem);
  record.add(to_record(entry.cost));
  if (entry.cost.instructions > 0) record.set("instructions", entry.cost.instructions);
  return record;
}

void print_line(const char* number, const char* mark, const std::string& score, const std::vector<std::string>& costs,
                const std::string& what) {
  std::printf("%4s %-6s %8s", number, mark, score.c_str());
  for (const std::string& cost : costs) std::printf(" %10s", cost.c_str());
  std::printf("  %s\n", what.c_str());
}

void print(const std::vector<JournalEntry>& shown, const std::vector<bool>& front, const Options& o) {
  std::printf("%s: a * stands before what no other candidate beats in score, flash, RAM and work\n", o.run.c_str());
  print_line("", "", "score %", {"parameters", "flash", "RAM", "MACs", "instr."}, "architecture");
  for (const JournalEntry& entry : shown) {
    const auto index = static_cast<size_t>(entry.trial.index);
    const Outcome& outcome = entry.trial.outcome;
    const Cost& c = entry.cost;
    print_line(std::to_string(index + 1).c_str(), front[index] ? "*" : "",
               outcome.status == Status::kOk ? points(outcome.score) : "-",
               {grouped(c.parameters), grouped(c.flash_bytes), grouped(c.ram_bytes), grouped(c.macs),
                c.instructions > 0 ? grouped(c.instructions) : "-"},
               text(to_text(entry.trial.candidate.architecture), entry.kept() ? "  kept" : "",
                    outcome.status == Status::kOk ? "" : "  " + outcome.problem));
  }
  std::printf("\nFinish any of them with: mininas take %s NUMBER --out RUN2\n", o.run.c_str());
}

int run(const Options& o) {
  if (o.csv && o.common.json) throw UsageError("--csv and --json exclude each other");
  const RunFolder folder = RunFolder::view(o.run);
  read_run_file(folder, "search");
  const Journal journal(folder.journal_file());
  const std::vector<bool> front = pareto_front(journal.entries());
  const auto wanted = [&](size_t index) { return front[index] || !o.front; };
  if (o.csv) {
    const std::vector<CsvRow> all = candidate_rows(journal);
    std::vector<CsvRow> rows = {all.front()};
    for (size_t i = 1; i < all.size(); ++i)
      if (wanted(i - 1)) rows.push_back(all[i]);
    std::cout << to_csv(rows);
    return 0;
  }
  std::vector<JournalEntry> shown;
  for (size_t i = 0; i < front.size(); ++i)
    if (wanted(i)) shown.push_back(journal.entries()[i]);
  if (!o.common.json) {
    print(shown, front, o);
    return 0;
  }
  std::vector<Record> records;
  for (const JournalEntry& entry : shown)
    records.push_back(to_record(entry, front[static_cast<size_t>(entry.trial.index)]));
  print_json(Record().set("candidates", records));
  return 0;
}

}  // namespace

void add_candidates_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "candidates", "lists what a search tried, with scores and costs, and what no other candidate beats",
      "Example:\n  mininas candidates run --front\n\nA candidate is on the Pareto front where none other has at least "
      "its score at no more flash, RAM and instructions (multiply-accumulates without a board), and is better in one. "
      "Scores are those of the search's short trainings, with their noise. `mininas take` finishes any of them.",
      [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the search; it may still be running");
  command.flag("front", o->front, "only the Pareto front");
  command.flag("csv", o->csv, "print comma-separated values");
  add_common(command, o->common, {.threads = false, .seed = false});
}

}  // namespace mininas
