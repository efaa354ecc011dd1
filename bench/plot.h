// Line plots as SVG: panels in a grid, each with its axes, units and lines; light or dark as the reader's system asks.
// Not for: anything but a few points a line, both axes logarithmic (where equal factors are equal distances, growth in
// proportion is a straight line of slope one).
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace mininas::bench {

struct PlotLine {
  std::string name;                               // in the legend, which names each line once for all panels
  std::vector<std::pair<double, double>> points;  // x ascending; all positive
};

struct PlotPanel {
  std::string title, x_label, y_label;
  std::vector<PlotLine> lines;  // at most 4; equal places in the list have equal colours
};

// `columns` panels a row. At least one panel; every panel has the same names of lines, in the same order, or a
// beginning of them.
std::string plot_svg(const std::string& title, const std::vector<PlotPanel>& panels, int columns);

}  // namespace mininas::bench
