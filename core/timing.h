// Robust times of something that is done again and again: the median of many repeats with its median absolute
// deviation, after a warm-up. Both ignore the odd repeat in which the machine did something else.
#pragma once
#include <functional>
#include <vector>

namespace mininas {

struct Timing {
  double seconds = 0.0;    // median of one call
  double best = 0.0;       // the fastest: what is left on a machine that others use too
  double deviation = 0.0;  // median absolute deviation, seconds
  int repeats = 0;
};

struct MeasureOptions {
  double budget_seconds = 0.3;  // stop after this time ...
  int least_repeats = 5;        // ... but not before
};

// Of the repeats' own times. Requires at least one.
Timing timing_of(std::vector<double> seconds);

// Calls `body` twice unmeasured, then until the options are met.
Timing measure(const std::function<void()>& body, const MeasureOptions& options = {});

}  // namespace mininas
