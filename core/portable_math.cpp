#include "core/portable_math.h"

#include <cmath>
#include <limits>

namespace mininas {
namespace {

constexpr double kLn2High = 0x1.62e42fefa0000p-1;  // the leading bits of ln 2: n * kLn2High is exact for |n| < 2^11
constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;
constexpr double kHalfPiHigh = 0x1.921fb54400000p+0;
constexpr double kHalfPiLow = 0x1.0b4611a626331p-34;

// Sum of x^n / n! over n = first, first + step, ... with alternating or equal signs, by Horner's rule.
double taylor(double power, int first, int step, double sign) {
  double sum = 0.0;
  for (int n = first + 14 * step; n >= first; n -= step) {
    double divisor = 1.0;
    for (int i = n + 1; i <= n + step; ++i) divisor *= i;
    sum = 1.0 + sign * power / divisor * sum;
  }
  return sum;
}

}  // namespace

double portable_exp(double x) {
  if (x < -700.0) return 0.0;
  if (x > 700.0) return std::numeric_limits<double>::infinity();
  const double n = std::floor(x / (kLn2High + kLn2Low) + 0.5);
  const double r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln 2 / 2
  return std::ldexp(taylor(r, 0, 1, 1.0), static_cast<int>(n));
}

double portable_log(double x) {
  int exponent = 0;
  double m = std::frexp(x, &exponent);  // m in [0.5, 1)
  if (m < 0.70710678118654752) {
    m *= 2.0;
    --exponent;
  }
  // ln m = 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...), |s| <= 0.172
  const double s = (m - 1.0) / (m + 1.0), s2 = s * s;
  double sum = 0.0;
  for (int n = 23; n >= 3; n -= 2) sum = s2 * (1.0 / n + sum);
  return exponent * kLn2High + (exponent * kLn2Low + (2.0 * s + 2.0 * s * sum));
}

double portable_cos(double x) {
  const double n = std::floor(x / (kHalfPiHigh + kHalfPiLow) + 0.5);
  const double r = (x - n * kHalfPiHigh) - n * kHalfPiLow;  // |r| <= pi / 4
  const double cosine = taylor(r * r, 0, 2, -1.0), sine = r * taylor(r * r, 1, 2, -1.0);
  switch ((static_cast<long>(n) % 4 + 4) % 4) {
    case 0:
      return cosine;
    case 1:
      return -sine;
    case 2:
      return -cosine;
    default:
      return sine;
  }
}

namespace {

constexpr double kRootOf2Pi = 2.5066282746310002;

// phi(x) * (x + x^3 / 3 + x^5 / (3 * 5) + ...): the probability of a value between 0 and x.
double normal_middle(double x) {
  double term = x, sum = x;
  for (int n = 3; n < 200; n += 2) {
    term *= x * x / n;
    sum += term;
  }
  return portable_exp(-0.5 * x * x) / kRootOf2Pi * sum;
}

// phi(x) / (x + 1 / (x + 2 / (x + 3 / (x + ...)))): the probability of a value above x, for x well above 0.
double normal_tail(double x) {
  double fraction = x;
  for (int n = 200; n >= 1; --n) fraction = x + n / fraction;
  return portable_exp(-0.5 * x * x) / kRootOf2Pi / fraction;
}

}  // namespace

double portable_normal_cdf(double x) {
  constexpr double kTailStart = 2.5;
  if (x > kTailStart) return 1.0 - normal_tail(x);
  return x < -kTailStart ? normal_tail(-x) : 0.5 + normal_middle(x);
}

}  // namespace mininas
