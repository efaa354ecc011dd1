#include "core/timing.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace mininas {
namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

Timing timing_of(std::vector<double> seconds) {
  const double middle = median(seconds);
  std::vector<double> distances;
  for (const double time : seconds) distances.push_back(std::abs(time - middle));
  return {.seconds = middle,
          .best = *std::min_element(seconds.begin(), seconds.end()),
          .deviation = median(distances),
          .repeats = static_cast<int>(seconds.size())};
}

Timing measure(const std::function<void()>& body, const MeasureOptions& options) {
  body();
  body();
  std::vector<double> times;
  for (const double start = now();
       now() - start < options.budget_seconds || static_cast<int>(times.size()) < options.min_repeats;) {
    const double begin = now();
    body();
    times.push_back(now() - begin);
  }
  return timing_of(std::move(times));
}

}  // namespace mininas
