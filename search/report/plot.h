// Plots as SVG, drawn here: axes with round ticks and units, points and lines, limits, a legend. The colours are the
// page's (search/report/html.h), so a plot follows light and dark.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace mininas {

enum class Mark { kDot, kRing, kDiamond, kLine };

struct PlotPoint {
  double x = 0, y = 0;
  std::string note;  // shown where the pointer rests on it
};

struct PlotSeries {
  std::string name;    // in the legend; empty: not there
  std::string colour;  // a name of the page's style: "kept", "rejected", "final", "second", "third"
  Mark mark = Mark::kDot;
  std::vector<PlotPoint> points;
};

struct Plot {
  std::string title;
  std::string x_label, y_label;  // with their units
  std::vector<PlotSeries> series;
  std::optional<double> x_limit;  // a vertical line: what the budget allows
  bool whole_x = false;           // ticks at whole numbers only
  bool log_x = false;             // logarithmic; all values are above 0
  std::vector<std::string>
      rows;  // where not empty: names in place of the y axis, from above; a point's y is the index of its row
};

// A <figure> with the plot and, below it, the legend. Empty where there is no point to draw.
std::string to_html(const Plot& plot);

// Round values that cover [low, high] in at most `most` steps.
std::vector<double> ticks(double low, double high, int most, bool whole = false);
// 1, 2, 5, 10, 20, ... within [low, high]; 1, 10, 100 where these would be many, some between where they would be few.
std::vector<double> log_ticks(double low, double high);
// 1250 -> "1.25k", 3000000 -> "3M", 0.5 -> "0.5"
std::string tick_text(double value);

}  // namespace mininas
