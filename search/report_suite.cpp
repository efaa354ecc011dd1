// The page of a suite.
#include <cstdio>

#include "core/error.h"
#include "search/html.h"
#include "search/report_parts.h"
#include "search/suite.h"

namespace mininas {
namespace {

std::string formatted(const char* format, double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, format, value);
  return digits;
}

std::vector<std::string> table_row(const SuiteRow& row) {
  const std::string name = escaped(row.entry.name), classes = std::to_string(row.entry.class_count);
  const std::string published_gain = formatted("%+.2f", row.entry.published_gain);
  const std::string published_efficiency = formatted("%.1fx", row.entry.published_efficiency);
  if (!row.complete()) return {name, "not finished", classes, "", "", "", "", published_gain, "", "", published_efficiency, "", "", "", ""};
  const Record r = to_record(row);
  return {name,
          element("code", escaped(r.string("architecture"))),
          classes,
          as_percent(r.number("test_accuracy_float")),
          as_percent(r.number("test_accuracy_int8")),
          as_percent(r.number("baseline_test_accuracy_float")),
          formatted("%+.2f", r.number("gain")),
          published_gain,
          grouped(r.integer64("params")),
          formatted("%.1fx", r.number("efficiency")),
          published_efficiency,
          grouped(r.integer64("flash_bytes")),
          grouped(r.integer64("ram_bytes")),
          grouped(r.integer64("bytes_different") + r.integer64("baseline_bytes_different")),
          grouped(static_cast<int64_t>(r.number("seconds") + r.number("baseline_seconds")))};
}

std::string table_part(const std::vector<SuiteRow>& rows) {
  HtmlTable table{{"data set", "found", "classes", "float", "int8", "MobileNetV2", "gain", "published", "parameters", "efficiency",
                   "published", "flash", "RAM", "bytes differing", "seconds"},
                  {},
                  2};
  for (const SuiteRow& row : rows) table.rows.push_back(table_row(row));
  const std::string explained =
      "Gain: points of test accuracy (float) over MobileNetV2, which was trained on the same split by the same recipe for as many epochs. "
      "Efficiency: its parameters by those of the network found. Published: the poster's Table 2. Flash and RAM in bytes, of the network "
      "found; bytes differing: between the engine and the exported C, of both networks.";
  return html_section("Table 2", element("p", explained) + to_html(table));
}

std::string chart_part(const std::vector<SuiteRow>& rows) {
  Plot gains{"Gain and efficiency", "parameter efficiency (times)", "gain, points", {}, std::nullopt, false, true};
  PlotSeries published{"published", "rejected", Mark::kRing, {}}, ours{"ours", "final", Mark::kDiamond, {}};
  Plot accuracy{"Accuracy beside MobileNetV2", "MobileNetV2, %", "found, %", {}, std::nullopt};
  PlotSeries floats{"float", "kept", Mark::kDot, {}}, integers{"int8", "second", Mark::kRing, {}},
      equal{"equal", "rejected", Mark::kLine, {}};
  double low = 100;
  for (const SuiteRow& row : rows) {
    published.points.push_back({row.entry.published_efficiency, row.entry.published_gain, row.entry.name + ", published"});
    if (!row.complete()) continue;
    ours.points.push_back({row.efficiency(), row.gain(), row.entry.name});
    const auto point = [&](const char* key) {
      const PlotPoint p{100 * row.baseline->number(key), 100 * row.search->number(key), row.entry.name};
      low = std::min({low, p.x, p.y});
      return p;
    };
    floats.points.push_back(point("test_accuracy_float"));
    integers.points.push_back(point("test_accuracy_int8"));
  }
  gains.series = {published, ours};
  if (!floats.points.empty()) equal.points = {{low, low, ""}, {100, 100, ""}};
  accuracy.series = {equal, integers, floats};
  return html_section("Ours beside the published figures", element("div", to_html(gains) + to_html(accuracy), "plots"));
}

std::string runs_part(const RunFolder& folder, const std::vector<SuiteRow>& rows) {
  std::string lines;
  for (const SuiteRow& row : rows) {
    if (!row.search) continue;
    lines += text("mininas report ", (folder.path() / row.entry.name / "search").string(), "\n");
  }
  return lines.empty() ? "" : html_section("Each search has a page of its own", element("pre", escaped(lines)));
}

}  // namespace

std::string suite_report(const RunFolder& folder, const RunFile& run) {
  const std::vector<SuiteRow> rows = read_suite(folder.path());
  const SuiteScale scale = suite_scale(run.settings.string("scale"));
  int complete = 0;
  for (const SuiteRow& row : rows) complete += row.complete();
  std::string body = element("p", "Mini-NAS, run of `mininas suite`", "soft") + element("h1", "Small data sets, beside MobileNetV2");
  body += element("p", escaped(text(complete, " of ", suite_table().size(), " data sets; scale ", scale.name, ": ", scale.summary, ".")));
  if (rows.empty())
    body += element("p", "No data set has been begun.");
  else
    body += table_part(rows) + chart_part(rows) + runs_part(folder, rows);
  const auto seed = std::to_string(run.settings.unsigned64("seed"));
  body += html_section("Made by", html_facts({{"command", element("pre", escaped(run.identity.command))},
                                              {"images", escaped(run.identity.data)},
                                              {"seed", seed},
                                              {"compiler", escaped(Record::read(folder.run_file()).string("compiler"))}}));
  return html_page("Mini-NAS suite: " + folder.path().filename().string(), body);
}

}  // namespace mininas
