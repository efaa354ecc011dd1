// Compares arrays and reports the worst element: `CHECK_THAT(found, close_to(expected, tolerance))`. An element passes
// if |found - expected| <= tolerance * (|expected| + scale), where scale is the root mean square of all expected
// values. This is relative for large elements; for small ones it is absolute, at the size of the rounding errors of
// such sums. NaN never passes.
#pragma once
#include <cmath>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/tensor.h"
#include "tests/support/catch.h"

namespace mininas::test {

// Numbers with a shape; only the shape is printed.
struct Values {
  Shape shape;
  std::vector<double> numbers;

  Values(const Shape& s, std::vector<double> n) : shape(s), numbers(std::move(n)) {}
  explicit Values(const Tensor& tensor)
      : shape(tensor.shape()), numbers(tensor.values().begin(), tensor.values().end()) {}
  explicit Values(std::vector<double> n) : shape{1, 1, 1, static_cast<int64_t>(n.size())}, numbers(std::move(n)) {}
};

inline std::ostream& operator<<(std::ostream& out, const Values& values) {
  return out << "values " << to_text(values.shape);
}

// The possible error of a sum of `terms` products, relative to its size. Each rounding adds a random error of up to
// half a unit in the last place of a float, so the error grows with the square root. The factor 4 allows for the worst
// of many elements.
inline double sum_tolerance(int64_t terms) { return 4.0 * 0x1p-24 * std::sqrt(static_cast<double>(terms)); }

// The same for a convolution in Winograd's form (core/conv/winograd.h), for the number of terms of the direct form. Its
// 16 sums are shorter and not larger, so they are not rounded worse. But each of their terms was rounded about six
// times in the transforms, and nine of them are combined to one output, as if the sum had that many more terms.
inline double winograd_tolerance(int64_t terms) { return sum_tolerance(terms + 9 * 6); }

// The worst element of a comparison.
struct Difference {
  size_t at = 0;
  double excess = 0.0;  // |found - expected| divided by the tolerance; above 1 fails
  double allowed = 0.0;
};

inline Difference worst_difference(const std::vector<double>& found, const std::vector<double>& expected,
                                   double tolerance) {
  double squares = 0.0;
  for (const double e : expected) squares += e * e;
  const double scale = std::sqrt(squares / static_cast<double>(expected.size()));
  Difference worst;
  for (size_t i = 0; i < expected.size(); ++i) {
    const double allowed = tolerance * (std::abs(expected[i]) + scale), error = std::abs(found[i] - expected[i]);
    double excess = error == 0.0 ? 0.0 : error / allowed;
    if (std::isnan(excess)) excess = std::numeric_limits<double>::infinity();
    if (excess > worst.excess || i == 0) worst = {i, excess, allowed};
  }
  return worst;
}

class CloseTo : public Catch::MatcherBase<Values> {
 public:
  CloseTo(Values expected, double tolerance) : expected_(std::move(expected)), tolerance_(tolerance) {}

  bool match(const Values& found) const override {
    if (found.shape != expected_.shape) {
      report_ = text("have shape ", to_text(expected_.shape));
      return false;
    }
    const Difference worst = worst_difference(found.numbers, expected_.numbers, tolerance_);
    std::ostringstream out;
    out.precision(10);
    out << "be close: worst element " << coordinate(worst.at) << ", expected " << expected_.numbers[worst.at]
        << ", found " << found.numbers[worst.at] << ", allowed difference " << worst.allowed;
    report_ = out.str();
    return worst.excess <= 1.0;
  }
  std::string describe() const override { return report_; }

 private:
  std::string coordinate(size_t at) const {
    const Shape& s = expected_.shape;
    const auto i = static_cast<int64_t>(at);
    return to_text(Shape{i / (s.h * s.w * s.c), i / (s.w * s.c) % s.h, i / s.c % s.w, i % s.c});
  }

  Values expected_;
  double tolerance_;
  mutable std::string report_;
};

inline CloseTo close_to(Values expected, double tolerance) { return {std::move(expected), tolerance}; }
inline CloseTo close_to(const Shape& shape, std::vector<double> expected, double tolerance) {
  return {Values(shape, std::move(expected)), tolerance};
}

}  // namespace mininas::test
