// exp, log and cos against those of the system in long double.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/portable_math.h"
#include "tests/support/catch.h"

using namespace mininas;

namespace {

// found - exact| in units in the last place of the exact value.
double ulps(double found, long double exact) {
  const auto near = static_cast<double>(exact);
  const double unit = std::nextafter(std::abs(near), std::numeric_limits<double>::infinity()) - std::abs(near);
  return static_cast<double>(std::abs(static_cast<long double>(found) - exact) / static_cast<long double>(unit));
}

}  // namespace

TEST_CASE("portable exp is accurate to two units in the last place", "[core][portable_math]") {
  double worst = 0.0;
  for (int i = -70000; i <= 70000; ++i) {
    const double x = i * 0.00993;
    worst = std::max(worst, ulps(portable_exp(x), std::exp(static_cast<long double>(x))));
  }
  CHECK(worst < 2.0);
  CHECK(portable_exp(0.0) == 1.0);
  CHECK(portable_exp(-701.0) == 0.0);
  CHECK(std::isinf(portable_exp(701.0)));
}

TEST_CASE("portable log is accurate to two units in the last place", "[core][portable_math]") {
  double worst = 0.0;
  for (int i = 1; i <= 100000; ++i) {
    for (const double x : {i * 1e-5, i * 0.37, std::ldexp(1.0 + i * 1e-5, i % 2000 - 1000)})
      worst = std::max(worst, ulps(portable_log(x), std::log(static_cast<long double>(x))));
  }
  CHECK(worst < 2.0);
  CHECK(portable_log(1.0) == 0.0);
}

TEST_CASE("portable cos is accurate to two units in the last place of one", "[core][portable_math]") {
  double worst = 0.0;
  for (int i = -100000; i <= 100000; ++i) {
    const double x = i * 0.00997;
    worst = std::max(worst, static_cast<double>(std::abs(static_cast<long double>(portable_cos(x)) -
                                                         std::cos(static_cast<long double>(x)))));
  }
  CHECK(worst < 2.0 * 0x1p-53);
  CHECK(portable_cos(0.0) == 1.0);
  CHECK(portable_cos(std::numbers::pi) == -1.0);
}

TEST_CASE("the portable normal distribution is accurate far into its tail", "[core][portable_math]") {
  double worst = 0.0;
  for (int i = -35000; i <= 9000; ++i) {
    const double x = i * 1e-3;
    const long double exact = 0.5L * std::erfc(-static_cast<long double>(x) / std::sqrt(2.0L));
    worst = std::max(worst, static_cast<double>(std::abs(portable_normal_cdf(x) / exact - 1.0L)));
  }
  CHECK(worst < 1e-12);
}
