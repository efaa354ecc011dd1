// mininas compare: finished runs side by side.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "core/error.h"
#include "core/io/file.h"
#include "search/cli/commands.h"
#include "search/report/compare.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::vector<std::string> runs;
  std::string page;
  bool csv = false;
};

// A column a run, so that any number of figures fits a terminal.
void print(const std::vector<ComparedRun>& runs) {
  const std::vector<CsvRow> rows = comparison_rows(runs, false);
  std::vector<size_t> widths(rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    for (const std::string& cell : rows[i]) widths[i] = std::max(widths[i], cell.size());
  for (size_t figure = 0; figure < rows.front().size(); ++figure) {
    for (size_t i = 0; i < rows.size(); ++i)
      std::printf(i == 0 ? "%-*s" : "  %*s", static_cast<int>(widths[i]), rows[i][figure].c_str());
    std::printf("\n");
  }
  for (const std::string& note : comparison_notes(runs)) std::printf("%s\n", note.c_str());
}

int run(const Options& o) {
  if (o.csv && o.common.json) throw UsageError("--csv and --json exclude each other");
  if (o.runs.size() < 2) throw UsageError("expected two or more runs: mininas compare RUN RUN...");
  std::vector<ComparedRun> runs;
  for (const std::string& run : o.runs) runs.push_back(compared_run(run));
  if (!o.page.empty()) write_text_file(o.page, comparison_page(runs));
  if (o.csv) {
    std::cout << to_csv(comparison_rows(runs, true));
  } else if (o.common.json) {
    std::vector<Record> records;
    for (const ComparedRun& run : runs) records.push_back(to_record(run));
    print_json(Record().set("runs", records).set("notes", comparison_notes(runs)));
  } else {
    print(runs);
  }
  return 0;
}

}  // namespace

void add_compare_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "compare", "shows finished runs side by side: accuracy with its standard error, sizes, and what each search cost",
      "Example:\n  mininas compare run run2 --page compared.html", [o](const Command&) { return run(*o); });
  command.positionals("RUN", o->runs, "folders of two or more runs");
  command.option("page", o->page, "write the table as a page to this file, too");
  command.flag("csv", o->csv, "print comma-separated values");
  add_common(command, o->common, {.threads = false, .seed = false});
}

}  // namespace mininas
