// Plots as SVG: axes with round ticks and units, points and lines, limits, a legend. The colours are those of the page
// (search/report/html.h), in light and dark mode.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace mininas {

enum class Mark { kDot, kRing, kDiamond, kLine, kDashes };

struct PlotPoint {
  double x = 0, y = 0;
  std::string note;   // shown where the pointer rests on it
  double error = 0;   // one standard error of y, drawn as a vertical bar; 0: unknown
  std::string label;  // drawn next to the point if there is space
};

struct PlotSeries {
  std::string name;    // in the legend; empty: no entry
  std::string colour;  // a name of the page's style: "kept", "rejected", "final", "second", "third"
  Mark mark = Mark::kDot;
  std::vector<PlotPoint> points;
};

struct Plot {
  std::string title;
  std::string x_label, y_label;  // with their units
  std::vector<PlotSeries> series;
  std::optional<double> x_limit;  // a vertical line: the limit of the budget
  bool whole_x = false;           // ticks at whole numbers only
  bool log_x = false;             // logarithmic; requires values above 0
  std::vector<std::string>
      // If not empty: names instead of the y axis, from the top; a point's y is the index of its row.
      rows;
};

// A <figure> with the plot and the legend below it; there are ticks at both ends of each axis. Empty if there is no
// point to draw.
std::string to_html(const Plot& plot);
// A description for screen readers: "score, % over flash, bytes. kept: 5 points, from (12000, 80) to ...".
std::string described(const Plot& plot);

// Round values that cover [low, high] in at most `most` steps.
std::vector<double> ticks(double low, double high, int most, bool whole = false);
// 1, 2, 5, 10, 20, ... within [low, high]; only 1, 10, 100 if these were too many, and more in between if they were too
// few.
std::vector<double> log_ticks(double low, double high);
// 1250 -> "1.25k", 3000000 -> "3M", 0.5 -> "0.5"
std::string tick_text(double value);

}  // namespace mininas
