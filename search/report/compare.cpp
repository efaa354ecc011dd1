#include "search/report/compare.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "search/job/settings.h"
#include "search/methods/scores.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

double error_of(double accuracy, int64_t images) { return share_error(accuracy, static_cast<double>(images)); }

[[noreturn]] void refuse_unfinished(const RunFolder& folder) {
  throw ConfigError(text(folder.path().string(), ": is not finished, so there is nothing to compare yet"));
}

ComparedRun of_training(const RunFolder& folder) {
  const auto s = read_train_summary(folder);
  if (!s) refuse_unfinished(folder);
  ComparedRun run{folder.path().string(), "train", s->architecture, s->data, "float"};
  run.accuracy = s->test_accuracy;
  run.standard_error = error_of(s->test_accuracy, s->test_images);
  run.classes = s->classes;
  run.params = s->params;
  run.seconds = s->seconds;
  run.seed = s->seed;
  return run;
}

ComparedRun of_finished(const RunFolder& folder, const std::string& method) {
  const auto s = read_run_summary(folder);
  if (!s) refuse_unfinished(folder);
  const FinishedNetwork& n = s->network;
  ComparedRun run{folder.path().string(), method, s->architecture, s->data, "int8"};
  run.accuracy = n.test_accuracy_int8;
  run.standard_error = error_of(n.test_accuracy_int8, n.test_images);
  run.classes = n.classes;
  run.params = n.cost.parameters;
  run.flash_bytes = n.cost.flash_bytes;
  run.ram_bytes = n.cost.ram_bytes;
  run.macs = n.cost.macs;
  run.latency = s->latency;
  if (s->search) {
    run.candidates = s->search->candidates;
    run.image_epochs = s->search->image_epochs;
  }
  run.seconds = n.seconds;
  run.seed = s->seed;
  return run;
}

template <class T>
std::string cell(const std::optional<T>& value, bool exact) {
  if (!value) return exact ? "" : "-";
  return exact ? std::to_string(*value) : grouped(*value);
}

std::string percent(double fraction, bool exact) {
  return exact ? csv_number(fraction) : points(100 * fraction) + " %";
}

}  // namespace

ComparedRun compared_run(const std::filesystem::path& path) {
  const RunFolder folder = RunFolder::view(path);
  const RunFile run = read_run_file(folder, "");
  const std::string& kind = run.identity.kind;
  if (kind == "suite")
    throw ConfigError(text(path.string(), ": is a suite, whose report compares its runs; name some of these, such as ",
                           path.string(), "/airplane-automobile/search"));
  const std::string method = kind == "search" ? search_settings_from(run.settings).method->name() : kind;
  ComparedRun compared = kind == "train" ? of_training(folder) : of_finished(folder, method);
  compared.test_digest = run.identity.test_digest;
  return compared;
}

std::vector<std::string> comparison_notes(const std::vector<ComparedRun>& runs) {
  std::vector<std::string> notes;
  const ComparedRun *best = &runs.front(), *other = nullptr;
  bool images = false, arithmetic = false;  // differ
  for (const ComparedRun& run : runs) {
    images = images || run.test_digest != runs.front().test_digest;
    arithmetic = arithmetic || run.arithmetic != runs.front().arithmetic;
    if (run.accuracy > best->accuracy) best = &run;
  }
  for (const ComparedRun& run : runs)
    if (&run != best && (other == nullptr || run.accuracy > other->accuracy)) other = &run;
  if (images) notes.push_back("The runs have different test images: their accuracies do not compare.");
  if (arithmetic) notes.push_back("Some accuracies are of int8, some of float.");
  if (other == nullptr || images) return notes;
  const double apart = best->accuracy - other->accuracy;
  const double error = std::hypot(best->standard_error, other->standard_error);
  if (apart < 2 * error)
    notes.push_back(text("The two most accurate runs are ", points(100 * apart), " points apart, ",
                         points(apart / std::max(error, 1e-12)),
                         " standard errors of that difference: chance may have done that."));
  return notes;
}

std::vector<CsvRow> comparison_rows(const std::vector<ComparedRun>& runs, bool exact) {
  std::vector<CsvRow> rows = {{"run", "method", "architecture", "test_accuracy", "standard_error", "balanced_accuracy",
                               "worst_class", "params", "flash_bytes", "ram_bytes", "macs", "instructions", "board",
                               "candidates", "search_image_epochs", "seconds", "seed"}};
  if (!exact)
    for (std::string& name : rows.front()) std::replace(name.begin(), name.end(), '_', ' ');
  for (const ComparedRun& r : runs) {
    const std::optional<int64_t> instructions = r.latency ? std::optional(r.latency->instructions) : std::nullopt;
    const std::optional<int64_t> candidates = r.candidates ? std::optional<int64_t>(*r.candidates) : std::nullopt;
    rows.push_back({r.run, r.method, r.architecture, percent(r.accuracy, exact), percent(r.standard_error, exact),
                    percent(r.classes.balanced_accuracy, exact), percent(r.classes.worst_class_accuracy, exact),
                    cell(std::optional(r.params), exact), cell(r.flash_bytes, exact), cell(r.ram_bytes, exact),
                    cell(r.macs, exact), cell(instructions, exact),
                    r.latency ? r.latency->board
                    : exact   ? ""
                              : "-",
                    cell(candidates, exact), cell(r.image_epochs, exact),
                    exact ? csv_number(r.seconds) : grouped(std::llround(r.seconds)), std::to_string(r.seed)});
  }
  return rows;
}

std::string comparison_page(const std::vector<ComparedRun>& runs) {
  const std::vector<CsvRow> rows = comparison_rows(runs, false);
  HtmlTable table{"Runs side by side", {}, {}, 1, false};
  for (size_t figure = 0; figure < rows.front().size(); ++figure) {
    std::vector<std::string> cells;
    for (const CsvRow& row : rows) cells.push_back(escaped(row[figure]));
    if (figure == 0)
      table.header = cells;
    else
      table.rows.push_back(cells);
  }
  std::string notes;
  for (const std::string& note : comparison_notes(runs)) notes += element("p", escaped(note));
  return html_page("Mini-NAS: runs compared", element("h1", text(runs.size(), " runs compared")),
                   {{"Runs", notes + to_html(table)}});
}

}  // namespace mininas
