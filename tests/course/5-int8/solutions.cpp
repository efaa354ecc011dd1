// Solutions of lesson 5.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "core/rng.h"
#include "mcu/runtime/mn_arithmetic.h"

using namespace mininas;

namespace {

// A value rounded to a multiple of `scale` within 127 steps of 0.
double rounded(double value, double scale) { return scale * std::clamp(std::round(value / scale), -127.0, 127.0); }

// Exercise 1: the range [-limit, limit] for values between -1 and 1.
void choose_range(double limit) {
  Rng rng(1);
  double largest = 0, mean = 0;
  for (int i = 0; i < 1000; ++i) {
    const float u = rng.uniform(-1, 1), value = u * u * u;  // most values are small
    const double error = std::abs(rounded(double{value}, limit / 127) - double{value});
    largest = std::max(largest, error);
    mean += error / 1000;
  }
  std::printf("1. range %.1f: step %.4f, largest error %.4f, mean error %.5f\n", limit, limit / 127, largest, mean);
}

// Exercise 2: two output channels, one with weights a hundred times smaller.
void share_a_scale() {
  Rng rng(2);
  for (const double size : {1.0, 0.01}) {
    double shared = 0, own = 0;
    for (int i = 0; i < 9; ++i) {
      const double weight = size * double{rng.uniform(-1, 1)};
      shared += std::abs(rounded(weight, 1.0 / 127) - weight) / (9 * size);
      own += std::abs(rounded(weight, size / 127) - weight) / (9 * size);
    }
    std::printf("2. weights up to %.2f: relative error %5.1f %% with one scale for both, %4.1f %% with their own\n",
                size, 100 * shared, 100 * own);
  }
}

// Exercise 3: numbers divided by 4, once with a shift alone and once with rounding.
void shift_or_round() {
  double shifted = 0, divided = 0;
  for (int x = -1000; x < 1000; ++x) {
    shifted += (x >> 2) - x / 4.0;
    divided += mn_divide_by_power(x, 2) - x / 4.0;
  }
  std::printf("3. mean error of a shift %.3f, of the rounded division %.3f\n", shifted / 2000, divided / 2000);
  std::printf("   10 / 4 -> %d, -10 / 4 -> %d\n", mn_divide_by_power(10, 2), mn_divide_by_power(-10, 2));
}

}  // namespace

int main() {
  for (const double limit : {1.0, 0.5, 0.2}) choose_range(limit);
  share_a_scale();
  shift_or_round();
}
