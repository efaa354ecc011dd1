// The page of a suite.
#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "search/job/suite.h"
#include "search/record/record_file.h"
#include "search/report/html.h"
#include "search/report/report_parts.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

std::string formatted(const char* format, double value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, format, value);
  return digits;
}

// `name`, as a link where the run in `folder` has a page.
std::string linked(const std::string& name, const fs::path& folder, const fs::path& target) {
  const fs::path page = folder / "report.html";
  if (!fs::exists(page)) return escaped(name);
  const std::string place = fs::relative(page, fs::absolute(target).parent_path()).generic_string();
  return text("<a href=\"", escaped(place), "\">", escaped(name), "</a>");
}

// "96.90" of 0.969
std::string bare_percent(double fraction) {
  const std::string whole = as_percent(fraction);
  return whole.substr(0, whole.size() - 2);
}

// Of a row that is not finished, what is known.
std::vector<std::string> table_row(const SuiteRow& row, const fs::path& run, const fs::path& target) {
  const Record r = to_record(row);
  const auto known = [&](const std::string& key, const auto& written) {
    return r.has(key) ? written(r.number(key)) : std::string();
  };
  const auto count = [](double value) { return grouped(static_cast<int64_t>(value)); };
  const auto gain = [](double value) { return formatted("%+.2f", value); };
  const auto efficiency = [](double value) { return formatted("%.1fx", value); };
  const std::string found = row.search ? element("code", escaped(row.search->string("architecture"))) : "";
  const std::string baseline = known("baseline_test_accuracy_float", bare_percent);
  return {linked(row.entry.name, suite_search_folder(run, row.entry), target) + "<br>" + found +
              (row.complete() ? "" : " not finished"),
          std::to_string(row.entry.class_count),
          known("test_accuracy_float", bare_percent),
          known("test_accuracy_int8", bare_percent),
          baseline.empty() ? "" : linked(baseline, suite_baseline_folder(run, row.entry), target),
          known("gain", gain),
          gain(row.entry.published_gain),
          known("efficiency", efficiency),
          efficiency(row.entry.published_efficiency),
          known("params", count),
          known("flash_bytes", count),
          known("ram_bytes", count),
          row.complete() ? count(r.number("seconds") + r.number("baseline_seconds")) : known("seconds", count)};
}

// How many bytes of how many networks differ between the engine and the exported C.
std::string verified_text(const std::vector<SuiteRow>& rows) {
  int64_t networks = 0, different = 0;
  for (const SuiteRow& row : rows)
    for (const auto* summary : {&row.search, &row.baseline}) {
      if (!*summary) continue;
      ++networks;
      different += (*summary)->record("verify").integer64("bytes_different");
    }
  return text(networks, networks == 1 ? " network was" : " networks were",
              " exported and compared with the engine, every byte of every layer: ", grouped(different), " different.");
}

std::string table_part(const std::vector<SuiteRow>& rows, const fs::path& run, const fs::path& target) {
  HtmlTable table{{"data set, network found", "classes", "float %", "int8 %", "MobileNetV2 %", "gain", "published",
                   "efficiency", "published", "parameters", "flash", "RAM", "seconds"},
                  {},
                  1,
                  true};
  for (const SuiteRow& row : rows) table.rows.push_back(table_row(row, run, target));
  const std::string explained =
      "Test accuracies in percent. Gain: points of accuracy (float) over MobileNetV2, which was trained on the same "
      "split by the same "
      "recipe for as many epochs. Efficiency: its parameters by those of the network found. Published: the poster's "
      "Table 2. Flash and "
      "RAM in bytes, of the network found; seconds of both networks. ";
  return html_section("Table 2", element("p", explained + verified_text(rows)) + to_html(table));
}

// Gains and efficiencies, a row a data set, the published figure beside ours.
std::string figures_plots(const std::vector<SuiteRow>& rows) {
  Plot gains{"Gain over MobileNetV2", "points of test accuracy", "", {}, std::nullopt};
  Plot efficiencies{
      "Parameter efficiency", "times fewer parameters than MobileNetV2", "", {}, std::nullopt, false, true};
  const PlotSeries published{"published", "rejected", Mark::kRing, {}},
      ours{"ours, float", "final", Mark::kDiamond, {}};
  gains.series = {published, ours, {"ours, int8", "second", Mark::kDot, {}}};
  efficiencies.series = {published, ours};
  efficiencies.series[1].name = "ours";
  const auto add = [](Plot& plot, size_t series, double x, const std::string& note) {
    plot.series[series].points.push_back({x, static_cast<double>(plot.rows.size()), note});
  };
  for (const SuiteRow& row : rows) {
    const std::string& name = row.entry.name;
    add(gains, 0, row.entry.published_gain, name + ", published: " + formatted("%+.2f", row.entry.published_gain));
    add(efficiencies, 0, row.entry.published_efficiency,
        name + ", published: " + formatted("%.1fx", row.entry.published_efficiency));
    if (row.complete()) {
      const double integers = row.gain("test_accuracy_int8");
      add(gains, 2, integers, name + ", int8: " + formatted("%+.2f", integers));
      add(gains, 1, row.gain(), name + ", float: " + formatted("%+.2f", row.gain()));
      add(efficiencies, 1, row.efficiency(), name + ": " + formatted("%.1fx", row.efficiency()));
    }
    for (Plot* plot : {&gains, &efficiencies}) plot->rows.push_back(name);
  }
  return to_html(gains) + to_html(efficiencies);
}

Plot accuracy_plot(const std::vector<SuiteRow>& rows) {
  Plot accuracy{"Accuracy beside MobileNetV2",
                "test accuracy of MobileNetV2, %",
                "test accuracy of the network found, %",
                {},
                std::nullopt};
  PlotSeries floats{"float", "final", Mark::kDiamond, {}}, integers{"int8", "second", Mark::kDot, {}},
      equal{"equal", "rejected", Mark::kLine, {}};
  double low = 100, high = 0;
  for (const SuiteRow& row : rows) {
    if (!row.complete()) continue;
    const auto point = [&](const char* key) {
      const PlotPoint p{100 * row.baseline->number(key), 100 * row.search->number(key), row.entry.name};
      low = std::min({low, p.x, p.y});
      high = std::max({high, p.x, p.y});
      return p;
    };
    floats.points.push_back(point("test_accuracy_float"));
    integers.points.push_back(point("test_accuracy_int8"));
  }
  if (!floats.points.empty()) equal.points = {{low, low, ""}, {high, high, ""}};
  accuracy.series = {equal, integers, floats};
  return accuracy;
}

std::string chart_part(const std::vector<SuiteRow>& rows) {
  return html_section("Ours beside the published figures",
                      element("div", figures_plots(rows) + to_html(accuracy_plot(rows)), "plots"));
}

}  // namespace

std::string suite_report(const RunFolder& folder, const RunFile& run, const fs::path& target) {
  const std::vector<SuiteRow> rows = read_suite(folder.path());
  const SuiteScale scale = suite_scale(run.settings.string("scale"));
  int complete = 0;
  for (const SuiteRow& row : rows) complete += row.complete();
  std::string body =
      element("p", "Mini-NAS, run of `mininas suite`", "soft") + element("h1", "Small data sets, beside MobileNetV2");
  body += element("p", escaped(text(complete, " of ", suite_table().size(), " data sets; scale ", scale.name, ": ",
                                    scale.summary, ".")));
  if (rows.empty())
    body += element("p", "No data set has been begun.");
  else
    body += table_part(rows, folder.path(), target) + chart_part(rows);
  const auto seed = std::to_string(run.settings.unsigned64("seed"));
  body +=
      html_section("Made by", html_facts({{"command", element("pre", escaped(run.identity.command))},
                                          {"images", escaped(run.identity.data)},
                                          {"seed", seed},
                                          {"compiler", escaped(read_record(folder.run_file()).string("compiler"))}}));
  return html_page("Mini-NAS suite: " + folder.path().filename().string(), body);
}

}  // namespace mininas
