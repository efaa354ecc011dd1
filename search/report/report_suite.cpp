// The page of a suite.
#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "search/job/suite.h"
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

// `name`, as a link if the run in `folder` has a page.
std::string linked(const std::string& name, const fs::path& folder, const fs::path& target) {
  const fs::path page = folder / "report.html";
  if (!fs::exists(page)) return escaped(name);
  const std::string link = fs::relative(page, fs::absolute(target).parent_path()).generic_string();
  return text("<a href=\"", escaped(link), "\">", escaped(name), "</a>");
}

// "96.90" for 0.969
std::string bare_percent(double fraction) {
  const std::string whole = as_percent(fraction);
  return whole.substr(0, whole.size() - 2);
}

std::string gain_text(double points) { return formatted("%+.2f", points); }
std::string times_text(double ratio) { return formatted("%.1fx", ratio); }

// For an unfinished data set, only what is known.
std::vector<std::string> table_row(const SuiteRow& row, const fs::path& run, const fs::path& target) {
  const auto of = [](const std::optional<RunSummary>& summary, const auto& written) {
    return summary ? written(*summary) : std::string();
  };
  const auto percent = [](double FinishedNetwork::*accuracy) {
    return [accuracy](const RunSummary& s) { return bare_percent(s.network.*accuracy); };
  };
  const auto cost = [](int64_t Cost::*figure) {
    return [figure](const RunSummary& s) { return grouped(s.network.cost.*figure); };
  };
  const std::string found =
      of(row.search, [](const RunSummary& s) { return element("code", escaped(s.architecture)); });
  const auto baseline = [&](const RunSummary& s) {
    return linked(bare_percent(s.network.test_accuracy_float), suite_baseline_folder(run, row.entry), target);
  };
  const double seconds =
      (row.search ? row.search->network.seconds : 0) + (row.baseline ? row.baseline->network.seconds : 0);
  return {linked(row.entry.name, suite_search_folder(run, row.entry), target) + "<br>" + found +
              (row.complete() ? "" : " not finished"),
          std::to_string(row.entry.class_count),
          of(row.search, percent(&FinishedNetwork::test_accuracy_float)),
          of(row.search, percent(&FinishedNetwork::test_accuracy_int8)),
          of(row.baseline, baseline),
          row.complete() ? gain_text(row.gain()) : "",
          gain_text(row.entry.published_gain),
          row.complete() ? times_text(row.efficiency()) : "",
          times_text(row.entry.published_efficiency),
          of(row.search, cost(&Cost::parameters)),
          of(row.search, cost(&Cost::flash_bytes)),
          of(row.search, cost(&Cost::ram_bytes)),
          row.search || row.baseline ? grouped(static_cast<int64_t>(seconds)) : ""};
}

// How many bytes of how many networks differ between the engine and the exported C.
std::string verified_text(const std::vector<SuiteRow>& rows) {
  int64_t networks = 0, different = 0;
  for (const SuiteRow& row : rows)
    for (const auto* summary : {&row.search, &row.baseline}) {
      if (!*summary) continue;
      ++networks;
      different += (*summary)->network.verify.bytes_different;
    }
  return text(networks, networks == 1 ? " network was" : " networks were",
              " exported and compared with the engine, every byte of every layer: ", grouped(different), " different.");
}

HtmlSection table_part(const std::vector<SuiteRow>& rows, const fs::path& run, const fs::path& target) {
  HtmlTable table{"The data sets of Table 2",
                  {"data set, network found", "classes", "float %", "int8 %", "MobileNetV2 %", "gain", "published",
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
  return {"Table 2", element("p", explained + verified_text(rows)) + to_html(table)};
}

// Gains and efficiencies, one row per data set, with the published figure beside ours.
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
    add(gains, 0, row.entry.published_gain, name + ", published: " + gain_text(row.entry.published_gain));
    add(efficiencies, 0, row.entry.published_efficiency,
        name + ", published: " + times_text(row.entry.published_efficiency));
    if (row.complete()) {
      const double integers = row.gain(&FinishedNetwork::test_accuracy_int8);
      add(gains, 2, integers, name + ", int8: " + gain_text(integers));
      add(gains, 1, row.gain(), name + ", float: " + gain_text(row.gain()));
      add(efficiencies, 1, row.efficiency(), name + ": " + times_text(row.efficiency()));
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
      equal{"equal", "rejected", Mark::kDashes, {}};
  double low = 100, high = 0;
  for (const SuiteRow& row : rows) {
    if (!row.complete()) continue;
    const auto point = [&](double FinishedNetwork::*figure) {
      PlotPoint p{.x = 100 * row.baseline->network.*figure,
                  .y = 100 * row.search->network.*figure,
                  .note = row.entry.name,
                  .label = figure == &FinishedNetwork::test_accuracy_float ? row.entry.name : ""};
      low = std::min({low, p.x, p.y});
      high = std::max({high, p.x, p.y});
      return p;
    };
    floats.points.push_back(point(&FinishedNetwork::test_accuracy_float));
    integers.points.push_back(point(&FinishedNetwork::test_accuracy_int8));
  }
  if (!floats.points.empty()) equal.points = {{low, low, ""}, {high, high, ""}};
  accuracy.series = {equal, integers, floats};
  return accuracy;
}

HtmlSection chart_part(const std::vector<SuiteRow>& rows) {
  return {"Ours beside the published figures",
          element("div", figures_plots(rows) + to_html(accuracy_plot(rows)), "plots")};
}

}  // namespace

std::string suite_report(const RunFolder& folder, const RunFile& run, const fs::path& target) {
  const std::vector<SuiteRow> rows = read_suite(folder.path());
  const SuiteSettings settings = suite_settings_from(run.settings);
  const SuiteScale scale = suite_scale(settings.scale);
  int complete = 0;
  for (const SuiteRow& row : rows) complete += row.complete();
  std::string body =
      element("p", "Mini-NAS, run of `mininas suite`", "soft") + element("h1", "Small data sets, beside MobileNetV2");
  body += element("p", escaped(text(complete, " of ", suite_table().size(), " data sets; scale ", scale.name, ": ",
                                    scale.summary, ".")));
  if (rows.empty()) body += element("p", "No data set has been begun.");
  std::vector<HtmlSection> sections;
  if (!rows.empty()) sections = {table_part(rows, folder.path(), target), chart_part(rows)};
  sections.push_back({"Made by", html_facts({{"command", element("pre", escaped(run.identity.command))},
                                             {"images", escaped(run.identity.data)},
                                             {"seed", std::to_string(settings.seed)},
                                             {"compiler", escaped(run.compiler)}})});
  sections.push_back(glossary_part());
  return html_page("Mini-NAS suite: " + folder.path().filename().string(), body, sections);
}

}  // namespace mininas
