#include "search/report/plot.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "search/report/html.h"

namespace mininas {
namespace {

// Sizes in the units of the drawing; small, so that its letters stay readable on a phone.
constexpr double kWidth = 420, kHeight = 290, kLeft = 46, kRight = 20, kTop = 26, kBottom = 40;
constexpr double kRow = 17, kLetter = 5.8;              // height of a named row; width of a letter, about
constexpr double kLabelHeight = 9, kLabelLetter = 4.6;  // of a point's label
constexpr int kTicks = 5;                               // approximate number of steps between ticks

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

struct Interval {
  double low, high;
};

Interval padded(Interval r) {
  const double margin = r.high > r.low ? 0.05 * (r.high - r.low) : std::max(0.5, 0.05 * std::abs(r.high));
  return {r.low - margin, r.high + margin};
}

// Ticks whose first is at or below the range and whose last is at or above it.
std::vector<double> covering_ticks(Interval r, bool whole) {
  std::vector<double> all = ticks(r.low, r.high, kTicks, whole);
  if (all.size() < 2) return all;
  const double step = all[1] - all[0];
  if (all.front() > r.low) all.insert(all.begin(), all.front() - step);
  if (all.back() < r.high) all.push_back(all.back() + step);
  return all;
}

// The same for a logarithmic axis.
std::vector<double> covering_log_ticks(double low, double high) {
  double first = low, last = high;
  for (double decade = std::pow(10.0, std::floor(std::log10(low))); decade <= high; decade *= 10)
    for (const double step : {1.0, 2.0, 5.0, 10.0}) {
      if (decade * step <= low) first = decade * step;
      if (decade * step >= high) {
        last = decade * step;
        break;
      }
    }
  std::vector<double> all = log_ticks(first, last);
  if (all.empty() || all.front() > first) all.insert(all.begin(), first);
  if (all.back() < last) all.push_back(last);
  return all;
}

// Converts values to positions in the drawing.
class Frame {
 public:
  explicit Frame(const Plot& plot) : log_x_(plot.log_x), rows_(plot.rows.size()) {
    size_t longest = 0;
    for (const std::string& row : plot.rows) longest = std::max(longest, row.size());
    left_ = rows_ == 0 ? kLeft : 12 + kLetter * static_cast<double>(longest);
    height_ = rows_ == 0 ? kHeight : kTop + kBottom + kRow * static_cast<double>(rows_);
    Interval x{HUGE_VAL, -HUGE_VAL}, y = x;
    const auto widen = [](Interval& range, double value) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    };
    for (const PlotSeries& series : plot.series)
      for (const PlotPoint& point : series.points) {
        widen(x, scaled(point.x));
        widen(y, point.y - point.error);
        widen(y, point.y + point.error);
      }
    if (plot.x_limit) widen(x, scaled(*plot.x_limit));
    x_ = padded(x);
    y_ = padded(y);
    // If no value is negative, the axis does not go below 0.
    if (x.low >= 0 && !log_x_) x_.low = std::max(x_.low, 0.0);
    if (y.low >= 0) y_.low = std::max(y_.low, 0.0);
    if (y.high <= 100 && plot.y_label.ends_with("%")) y_.high = std::min(y_.high, 100.0);
    x_ticks_ =
        log_x_ ? covering_log_ticks(std::pow(10.0, x_.low), std::pow(10.0, x_.high)) : covering_ticks(x_, plot.whole_x);
    y_ticks_ = covering_ticks(y_, false);
    x_ = covered(x_, x_ticks_);
    y_ = covered(y_, y_ticks_);
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
  // As values.
  const std::vector<double>& x_ticks() const { return x_ticks_; }
  const std::vector<double>& y_ticks() const { return y_ticks_; }

 private:
  double scaled(double value) const { return log_x_ ? std::log10(value) : value; }
  Interval covered(Interval r, const std::vector<double>& all) const {
    if (all.size() < 2) return r;
    return &all == &x_ticks_ ? Interval{scaled(all.front()), scaled(all.back())} : Interval{all.front(), all.back()};
  }

  const bool log_x_;
  const size_t rows_;  // 0: y is a quantity
  double left_, height_;
  Interval x_, y_;
  std::vector<double> x_ticks_, y_ticks_;
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
  for (const double tick : frame.y_ticks()) {
    out += line(frame.left(), frame.y(tick), kWidth - kRight, frame.y(tick), "line");
    out += words(frame.left() - 5, frame.y(tick) + 4, "end", tick_text(tick));
  }
  return out + words(frame.left() - 40, 13, "start", plot.y_label);
}

std::string axes(const Plot& plot, const Frame& frame) {
  std::string out = y_axis(plot, frame);
  const double bottom = frame.bottom();
  for (const double tick : frame.x_ticks()) {
    const double x = frame.x(tick);
    out += line(x, bottom, x, bottom + 4, "soft") + words(x, bottom + 16, "middle", tick_text(tick));
    if (!plot.rows.empty()) out += line(x, kTop, x, bottom, tick == 0 ? "soft" : "line");
  }
  out += line(frame.left(), bottom, kWidth - kRight, bottom, "soft") +
         line(frame.left(), kTop, frame.left(), bottom, "soft");
  return out +
         words(kWidth - kRight, frame.height() - 6, "end", plot.log_x ? plot.x_label + ", logarithmic" : plot.x_label);
}

bool is_line(const PlotSeries& series) { return series.mark == Mark::kLine || series.mark == Mark::kDashes; }

const char* dashes(const PlotSeries& series) { return series.mark == Mark::kDashes ? " stroke-dasharray=\"5 3\"" : ""; }

std::string error_bar(const PlotPoint& p, const Frame& frame, const std::string& colour) {
  if (p.error <= 0) return "";
  const double x = frame.x(p.x), low = frame.y(p.y - p.error), high = frame.y(p.y + p.error);
  const auto bar = [&](double x1, double y1, double x2, double y2) {
    return line(x1, y1, x2, y2, colour, " opacity=\".6\"");
  };
  return bar(x, low, x, high) + bar(x - 2, low, x + 2, low) + bar(x - 2, high, x + 2, high);
}

std::string drawn(const PlotSeries& series, const Frame& frame) {
  std::string out;
  for (const PlotPoint& p : series.points) out += error_bar(p, frame, series.colour);
  if (is_line(series)) {
    std::string path;
    for (const PlotPoint& p : series.points)
      path += text(path.empty() ? "M" : "L", svg_number(frame.x(p.x)), " ", svg_number(frame.y(p.y)));
    out += text("<path d=\"", path, "\" fill=\"none\" stroke=\"var(--", series.colour, ")\" stroke-width=\"",
                series.colour == "rejected" ? "0.8" : "1.8", "\"", dashes(series), "/>");
    // A line through a single point would be invisible.
    if (series.points.size() > 1) return out;
  }
  for (const PlotPoint& p : series.points)
    out += mark_svg(series.mark, series.colour, frame.x(p.x), frame.y(p.y), p.note);
  return out;
}

// Labels of points, each at the first position next to its point that is free of other labels and of points. A label
// without such a position is omitted.
class PointLabels {
 public:
  PointLabels(const Plot& plot, const Frame& frame) : frame_(frame) {
    for (const PlotSeries& series : plot.series)
      if (!is_line(series))
        for (const PlotPoint& p : series.points)
          taken_.push_back({frame.x(p.x) - 4, frame.y(p.y) - 4, frame.x(p.x) + 4, frame.y(p.y) + 4});
  }

  std::string add(const PlotPoint& p) {
    const double width = kLabelLetter * static_cast<double>(p.label.size()), x = frame_.x(p.x), y = frame_.y(p.y);
    const double lefts[] = {x + 6, x - 6 - width, x - width / 2, x - width / 2};
    const double tops[] = {y - kLabelHeight / 2, y - kLabelHeight / 2, y - 7 - kLabelHeight, y + 7};
    for (int i = 0; i < 4; ++i) {
      const Box box{lefts[i], tops[i], lefts[i] + width, tops[i] + kLabelHeight};
      const auto meets = [&](const Box& other) {
        return box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom;
      };
      if (box.left < frame_.left() || box.right > kWidth || box.top < kTop || box.bottom > frame_.bottom() ||
          std::any_of(taken_.begin(), taken_.end(), meets))
        continue;
      taken_.push_back(box);
      return words(box.left, box.bottom - 1.5, "start", p.label);
    }
    return "";
  }

 private:
  struct Box {
    double left, top, right, bottom;
  };
  const Frame& frame_;
  std::vector<Box> taken_;
};

std::string labels(const Plot& plot, const Frame& frame) {
  PointLabels labels(plot, frame);
  std::string out;
  for (const PlotSeries& series : plot.series)
    for (const PlotPoint& p : series.points)
      if (!p.label.empty()) out += labels.add(p);
  return out.empty() ? "" : "<g class=\"names\">" + out + "</g>";
}

// "(12k, 80)", or with the name of its row.
std::string place_text(const Plot& plot, const PlotPoint& p) {
  const std::string y = plot.rows.empty() ? tick_text(p.y) : plot.rows[static_cast<size_t>(p.y)];
  return text("(", tick_text(p.x), ", ", y, ")");
}

std::string legend(const Plot& plot) {
  std::string out;
  for (const PlotSeries& series : plot.series) {
    if (series.name.empty() || series.points.empty()) continue;
    out += html_key(is_line(series) ? line(1, 6, 21, 6, series.colour, text(" stroke-width=\"2\"", dashes(series)))
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

std::string described(const Plot& plot) {
  std::string out = plot.y_label.empty() ? plot.x_label : plot.y_label + " over " + plot.x_label;
  for (const PlotSeries& series : plot.series) {
    if (series.points.empty() || series.name.empty()) continue;
    const auto below = [&](const PlotPoint& a, const PlotPoint& b) {
      return plot.rows.empty() ? a.y < b.y : a.x < b.x;
    };
    const auto [low, high] = std::minmax_element(series.points.begin(), series.points.end(), below);
    const size_t count = series.points.size();
    out += text(". ", series.name, ": ", count, count == 1 ? " point " : " points, lowest ", place_text(plot, *low));
    if (count > 1)
      out += text(", highest ", place_text(plot, *high), ", last ", place_text(plot, series.points.back()));
  }
  return out + (plot.x_limit ? text(". limit: ", tick_text(*plot.x_limit)) : "");
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
  drawing += labels(plot, frame);
  return text("<figure>", element("h3", escaped(plot.title)), "<svg role=\"img\" aria-label=\"",
              escaped(text(plot.title, ": ", described(plot))), "\" viewBox=\"0 0 ", kWidth, " ", frame.height(), "\">",
              drawing, "</svg>", element("figcaption", legend(plot)), "</figure>\n");
}

}  // namespace mininas
