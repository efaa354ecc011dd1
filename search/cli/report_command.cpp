// mininas report: writes a run as an HTML page.
#include <memory>

#include "search/cli/commands.h"
#include "search/report/report.h"
#include "search/report/tables.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, out;
  bool csv = false;
};

int run(const Options& o) {
  const RunFolder folder = RunFolder::view(o.run);
  const std::filesystem::path target = o.out.empty() ? folder.report_file() : std::filesystem::path(o.out);
  const int64_t bytes = write_report(folder, target);
  std::vector<std::string> tables;
  if (o.csv)
    for (const auto& file : write_tables(folder)) tables.push_back(file.string());
  if (o.common.json) {
    Record record;
    record.set("report", target.string()).set("bytes", bytes);
    if (o.csv) record.set("tables", tables);
    print_json(record);
  } else {
    print_row("written", target.string());
    for (const std::string& table : tables) print_row("written", table);
  }
  return 0;
}

}  // namespace

void add_report_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command =
      parser.add("report", "writes a run as one page to read, RUN/report.html, which works offline",
                 "Example:\n  mininas report run\n\nThe images are not needed, and the run may still be at work: "
                 "the page shows what there is so far. For a suite, the pages of its runs are written too.",
                 [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.option("out", o->out, "write this file instead of RUN/report.html");
  command.flag("csv", o->csv,
               "write its figures as tables too: RUN/candidates.csv and RUN/curves.csv, of a suite RUN/suite.csv");
  add_common(command, o->common, {.threads = false, .seed = false});
}

}  // namespace mininas
