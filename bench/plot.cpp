#include "bench/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"

namespace mininas::bench {
namespace {

constexpr double kWidth = 300, kHeight = 240, kLeft = 58, kRight = 14, kTop = 34, kBottom = 46, kHead = 66;

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.1f", value);
  return buffer;
}

// 0.05, 2.5, 320
std::string tick_text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g", value);
  return buffer;
}

// One axis: converts values to pixels on a logarithmic scale.
class Axis {
 public:
  Axis(double low, double high, double from, double to)
      : low_(std::log(low)), span_(std::log(high) - low_), from_(from), to_(to) {}
  double at(double value) const { return from_ + (std::log(value) - low_) / span_ * (to_ - from_); }

 private:
  double low_, span_, from_, to_;
};

// 1, 2 and 5 times powers of ten within the range; only powers of ten if these would be too many.
std::vector<double> round_values(double low, double high) {
  const bool wide = high / low > 300;
  std::vector<double> values;
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10)
    for (const double step : {1.0, 2.0, 5.0})
      if ((!wide || step == 1.0) && power * step >= low && power * step <= high) values.push_back(power * step);
  return values;
}

struct Range {
  double low = 1e300, high = 0;
  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

std::string label(double x, double y, const char* anchor, const std::string& words, const char* more = "") {
  return text("<text x=\"", number(x), "\" y=\"", number(y), "\" text-anchor=\"", anchor, "\"", more, ">", words,
              "</text>\n");
}

std::string rule(double x1, double y1, double x2, double y2, const char* kind) {
  return text("<line x1=\"", number(x1), "\" y1=\"", number(y1), "\" x2=\"", number(x2), "\" y2=\"", number(y2),
              "\" class=\"", kind, "\"/>\n");
}

std::string line_svg(const PlotLine& line, size_t colour, const Axis& x, const Axis& y) {
  std::string places, dots;
  for (const auto& [a, b] : line.points) {
    places += text(places.empty() ? "" : " ", number(x.at(a)), ",", number(y.at(b)));
    dots +=
        text("<circle cx=\"", number(x.at(a)), "\" cy=\"", number(y.at(b)), "\" r=\"2.5\" class=\"f", colour, "\"/>\n");
  }
  return text("<polyline points=\"", places, "\" class=\"l", colour, "\"/>\n", dots);
}

std::string panel_svg(const PlotPanel& panel, double left, double top) {
  Range xs, ys;
  for (const PlotLine& line : panel.lines)
    for (const auto& [a, b] : line.points) {
      xs.include(a);
      ys.include(b);
    }
  const double x0 = left + kLeft, x1 = left + kWidth - kRight, y0 = top + kHeight - kBottom, y1 = top + kTop;
  const Axis x(xs.low / 1.1, xs.high * 1.1, x0, x1), y(ys.low / 1.3, ys.high * 1.3, y0, y1);
  std::string svg = label((x0 + x1) / 2, top + 22, "middle", panel.title, " class=\"title\"");
  for (const double value : round_values(ys.low / 1.3, ys.high * 1.3))
    svg += rule(x0, y.at(value), x1, y.at(value), "grid") + label(x0 - 5, y.at(value) + 4, "end", tick_text(value));
  const std::vector<std::pair<double, double>>& marks = panel.lines.front().points;  // the measured values
  for (const auto& [a, unused] : marks)
    svg += rule(x.at(a), y0, x.at(a), y0 + 4, "axis") + label(x.at(a), y0 + 17, "middle", tick_text(a));
  svg += rule(x0, y0, x1, y0, "axis") + rule(x0, y0, x0, y1, "axis");
  svg += label((x0 + x1) / 2, y0 + 35, "middle", panel.x_label);
  svg += text("<text transform=\"translate(", number(left + 14), " ", number((y0 + y1) / 2),
              ") rotate(-90)\" text-anchor=\"middle\">", panel.y_label, "</text>\n");
  for (size_t i = 0; i < panel.lines.size(); ++i) svg += line_svg(panel.lines[i], i, x, y);
  return svg;
}

const char* const kStyle = R"(<style>
  text { font: 11px sans-serif; fill: #333 } .head { font-size: 15px } .title { font-size: 12px; font-weight: bold }
  .paper { fill: #fff } .axis { stroke: #555 } .grid { stroke: #ddd }
  polyline { fill: none; stroke-width: 1.8 }
  .l0 { stroke: #0b62c4 } .f0 { fill: #0b62c4 } .l1 { stroke: #c2410c } .f1 { fill: #c2410c }
  .l2 { stroke: #777; stroke-dasharray: 5 4 } .f2 { fill: none } .l3 { stroke: #15803d } .f3 { fill: #15803d }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .paper { fill: #16181c } .axis { stroke: #999 } .grid { stroke: #33373d }
    .l0 { stroke: #6db3ff } .f0 { fill: #6db3ff } .l1 { stroke: #ff9d5c } .f1 { fill: #ff9d5c }
    .l2 { stroke: #9a9a9a } .l3 { stroke: #5fd38a } .f3 { fill: #5fd38a }
  }
</style>
)";

}  // namespace

std::string plot_svg(const std::string& title, const std::vector<PlotPanel>& panels, int columns) {
  MN_CHECK(!panels.empty() && columns > 0, columns);
  const int rows = (static_cast<int>(panels.size()) + columns - 1) / columns;
  const double width = columns * kWidth, height = kHead + rows * kHeight;
  std::string svg = text("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", number(width), " ", number(height),
                         "\" width=\"", number(width), "\" height=\"", number(height), "\">\n", kStyle,
                         "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
  svg += label(width / 2, 24, "middle", title, " class=\"head\"");
  const PlotPanel& fullest =
      *std::max_element(panels.begin(), panels.end(),
                        [](const PlotPanel& a, const PlotPanel& b) { return a.lines.size() < b.lines.size(); });
  const double step = width / static_cast<double>(fullest.lines.size() + 1);
  for (size_t i = 0; i < fullest.lines.size(); ++i) {
    const double x = step * (static_cast<double>(i) + 0.6);
    svg += text("<polyline points=\"", number(x), ",46 ", number(x + 28), ",46\" class=\"l", i, "\"/>\n");
    svg += label(x + 34, 50, "start", fullest.lines[i].name);
  }
  for (size_t i = 0; i < panels.size(); ++i) {
    const auto column = static_cast<double>(i % static_cast<size_t>(columns)),
               row = static_cast<double>(i / static_cast<size_t>(columns));
    svg += panel_svg(panels[i], column * kWidth, kHead + row * kHeight);
  }
  return svg + "</svg>\n";
}

}  // namespace mininas::bench
