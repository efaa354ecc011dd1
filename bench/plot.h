// Line plots as SVG: panels in a grid, each with axes, units and lines, in light or dark colours like the reader's
// system. Only for a few points per line and logarithmic axes (equal distances are equal factors, so proportional
// growth is a line of slope one).
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace mininas::bench {

struct PlotLine {
  std::string name;  // in the legend, which names each line once for all panels
  std::vector<std::pair<double, double>> points;  // x ascending; all values positive
};

struct PlotPanel {
  std::string title, x_label, y_label;
  std::vector<PlotLine> lines;  // at most 4; lines with the same index have the same colour
};

// `columns` panels per row. Requires at least one panel; all panels have lines of the same names in the same order, or
// only the first of them.
std::string plot_svg(const std::string& title, const std::vector<PlotPanel>& panels, int columns);

}  // namespace mininas::bench
