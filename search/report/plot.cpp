#include "search/report/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "search/report/html.h"

namespace mininas {
namespace {

// Sizes in the units of the drawing; small, so that its letters stay readable on a phone.
constexpr double kWidth = 420, kHeight = 290, kLeft = 46, kRight = 12, kTop = 26, kBottom = 40;
constexpr double kRow = 17, kLetter = 5.8;  // height of a named row; approximate width of a letter

std::string mark_svg(Mark mark, const std::string& colour, double x, double y, const std::string& note) {
  const std::string paint = text("var(--", colour, ")"), title = note.empty() ? "" : element("title", escaped(note));
  const std::string centre = text("cx=\"", svg_number(x), "\" cy=\"", svg_number(y), "\"");
  if (mark == Mark::kRing)
    return text("<circle ", centre, " r=\"3.6\" fill=\"none\" stroke=\"", paint, "\" stroke-width=\"1.5\">", title,
                "</circle>");
  if (mark == Mark::kDiamond)
    return text("<path d=\"M", svg_number(x), " ", svg_number(y - 6.5), "l6.5 6.5l-6.5 6.5l-6.5 -6.5z\" fill=\"", paint,
                "\">", title, "</path>");
  return text("<circle ", centre, " r=\"3.8\" fill=\"", paint, "\">", title, "</circle>");
}

struct Range {
  double low, high;
};

Range padded(Range r) {
  const double margin = r.high > r.low ? 0.05 * (r.high - r.low) : std::max(0.5, 0.05 * std::abs(r.high));
  return {r.low - margin, r.high + margin};
}

// Converts values to positions in the drawing.
class Frame {
 public:
  explicit Frame(const Plot& plot) : log_x_(plot.log_x), rows_(plot.rows.size()) {
    size_t longest = 0;
    for (const std::string& row : plot.rows) longest = std::max(longest, row.size());
    left_ = rows_ == 0 ? kLeft : 12 + kLetter * static_cast<double>(longest);
    height_ = rows_ == 0 ? kHeight : kTop + kBottom + kRow * static_cast<double>(rows_);
    Range x{HUGE_VAL, -HUGE_VAL}, y = x;
    const auto widen = [](Range& range, double value) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    };
    for (const PlotSeries& series : plot.series)
      for (const PlotPoint& point : series.points) {
        widen(x, scaled(point.x));
        widen(y, point.y);
      }
    if (plot.x_limit) widen(x, scaled(*plot.x_limit));
    x_ = padded(x);
    y_ = padded(y);
    // If no value is negative, the axis does not go below 0.
    if (x.low >= 0 && !log_x_) x_.low = std::max(x_.low, 0.0);
    if (y.low >= 0) y_.low = std::max(y_.low, 0.0);
  }

  double left() const { return left_; }
  double bottom() const { return height_ - kBottom; }
  double height() const { return height_; }
  double x(double value) const {
    return left_ + (scaled(value) - x_.low) / (x_.high - x_.low) * (kWidth - left_ - kRight);
  }
  double y(double value) const {
    if (rows_ > 0) return kTop + kRow * (value + 0.5);
    return bottom() - (value - y_.low) / (y_.high - y_.low) * (bottom() - kTop);
  }
  // The values of the ticks.
  std::vector<double> x_ticks(bool whole) const {
    return log_x_ ? log_ticks(std::pow(10.0, x_.low), std::pow(10.0, x_.high)) : ticks(x_.low, x_.high, 6, whole);
  }
  const Range& y_range() const { return y_; }

 private:
  double scaled(double value) const { return log_x_ ? std::log10(value) : value; }

  const bool log_x_;
  const size_t rows_;  // 0: y is a quantity
  double left_, height_;
  Range x_, y_;
};

std::string line(double x1, double y1, double x2, double y2, const std::string& colour, const std::string& more = "") {
  return text("<line x1=\"", svg_number(x1), "\" y1=\"", svg_number(y1), "\" x2=\"", svg_number(x2), "\" y2=\"",
              svg_number(y2), "\" stroke=\"var(--", colour, ")\"", more, "/>");
}

std::string words(double x, double y, const std::string& anchor, const std::string& content) {
  return text("<text x=\"", svg_number(x), "\" y=\"", svg_number(y), "\" text-anchor=\"", anchor, "\">",
              escaped(content), "</text>");
}

// The y axis: values with lines across the plot, or the names of the rows.
std::string y_axis(const Plot& plot, const Frame& frame) {
  std::string out;
  for (size_t i = 0; i < plot.rows.size(); ++i) {
    const double y = frame.y(static_cast<double>(i));
    out += line(frame.left(), y, kWidth - kRight, y, "line") + words(frame.left() - 5, y + 4, "end", plot.rows[i]);
  }
  if (!plot.rows.empty()) return "<g class=\"rows\">" + out + "</g>";
  for (const double tick : ticks(frame.y_range().low, frame.y_range().high, 6)) {
    out += line(frame.left(), frame.y(tick), kWidth - kRight, frame.y(tick), "line");
    out += words(frame.left() - 5, frame.y(tick) + 4, "end", tick_text(tick));
  }
  return out + words(frame.left() - 40, 13, "start", plot.y_label);
}

std::string axes(const Plot& plot, const Frame& frame) {
  std::string out = y_axis(plot, frame);
  const double bottom = frame.bottom();
  for (const double tick : frame.x_ticks(plot.whole_x)) {
    const double x = frame.x(tick);
    out += line(x, bottom, x, bottom + 4, "soft") + words(x, bottom + 16, "middle", tick_text(tick));
    if (!plot.rows.empty()) out += line(x, kTop, x, bottom, tick == 0 ? "soft" : "line");
  }
  out += line(frame.left(), bottom, kWidth - kRight, bottom, "soft") +
         line(frame.left(), kTop, frame.left(), bottom, "soft");
  return out +
         words(kWidth - kRight, frame.height() - 6, "end", plot.log_x ? plot.x_label + ", logarithmic" : plot.x_label);
}

std::string drawn(const PlotSeries& series, const Frame& frame) {
  std::string out;
  if (series.mark == Mark::kLine) {
    std::string path;
    for (const PlotPoint& p : series.points)
      path += text(path.empty() ? "M" : "L", svg_number(frame.x(p.x)), " ", svg_number(frame.y(p.y)));
    out = text("<path d=\"", path, "\" fill=\"none\" stroke=\"var(--", series.colour, ")\" stroke-width=\"",
               series.colour == "rejected" ? "0.8" : "1.8", "\"/>");
    // A line through a single point would be invisible.
    if (series.points.size() > 1) return out;
  }
  for (const PlotPoint& p : series.points)
    out += mark_svg(series.mark, series.colour, frame.x(p.x), frame.y(p.y), p.note);
  return out;
}

std::string legend(const Plot& plot) {
  std::string out;
  for (const PlotSeries& series : plot.series) {
    if (series.name.empty() || series.points.empty()) continue;
    const bool is_line = series.mark == Mark::kLine;
    out += html_key(is_line ? line(1, 6, 21, 6, series.colour, " stroke-width=\"2\"")
                            : mark_svg(series.mark, series.colour, 11, 6, ""),
                    series.name);
  }
  if (plot.x_limit)
    out += html_key(line(11, 0, 11, 12, "limit", " stroke-dasharray=\"3 2\" stroke-width=\"1.5\""), "limit");
  return out;
}

}  // namespace

std::vector<double> ticks(double low, double high, int most, bool whole) {
  const double rough = (high - low) / most;
  double step = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0, 10.0})
    if (step * factor >= rough * (1 - 1e-9)) {
      step *= factor;
      break;
    }
  if (whole) step = std::max(1.0, std::ceil(step));
  std::vector<double> all;
  const double first = std::ceil(low / step - 1e-9) + 0.0;  // adding 0 turns -0 into 0, which is written without a sign
  for (double i = first; i * step <= high + 1e-9 * step; ++i) all.push_back(i * step);
  return all;
}

std::vector<double> log_ticks(double low, double high) {
  const std::vector<double> steps = high > 100 * low  ? std::vector<double>{1.0}
                                    : high > 10 * low ? std::vector<double>{1.0, 2.0, 5.0}
                                                      : std::vector<double>{1.0, 1.5, 2.0, 3.0, 5.0, 7.0};
  std::vector<double> all;
  for (double decade = std::pow(10.0, std::floor(std::log10(low))); decade <= high; decade *= 10)
    for (const double step : steps)
      if (decade * step >= low && decade * step <= high) all.push_back(decade * step);
  return all;
}

std::string tick_text(double value) {
  const double size = std::abs(value);
  const auto [scale, unit] = size >= 1e9   ? std::pair{1e9, "G"}
                             : size >= 1e6 ? std::pair{1e6, "M"}
                             : size >= 1e3 ? std::pair{1e3, "k"}
                                           : std::pair{1.0, ""};
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.6g", value / scale);
  return std::string(digits) + unit;
}

std::string to_html(const Plot& plot) {
  const auto filled = [](const PlotSeries& series) { return !series.points.empty(); };
  if (std::none_of(plot.series.begin(), plot.series.end(), filled)) return "";
  const Frame frame(plot);
  std::string drawing = axes(plot, frame);
  if (plot.x_limit)
    drawing += line(frame.x(*plot.x_limit), kTop, frame.x(*plot.x_limit), frame.bottom(), "limit",
                    " stroke-dasharray=\"5 3\" stroke-width=\"1.5\"");
  for (const PlotSeries& series : plot.series) drawing += drawn(series, frame);
  return text("<figure>", element("h3", escaped(plot.title)), "<svg role=\"img\" aria-label=\"", escaped(plot.title),
              "\" viewBox=\"0 0 ", kWidth, " ", frame.height(), "\">", drawing, "</svg>",
              element("figcaption", legend(plot)), "</figure>\n");
}

}  // namespace mininas
