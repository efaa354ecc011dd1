// Robust timing: the median of many repeats and their median absolute deviation, after a warm-up. Neither is affected
// by a few repeats during which the machine did something else.
#pragma once
#include <functional>
#include <vector>

namespace mininas {

struct Timing {
  double seconds = 0.0;    // median
  double best = 0.0;       // fastest repeat: the best estimate on a machine that other programs use too
  double deviation = 0.0;  // median absolute deviation, seconds
  int repeats = 0;
};

struct MeasureOptions {
  double budget_seconds = 0.3;  // stop after this time ...
  int min_repeats = 5;          // ... but not before
};

// From the times of the repeats, of which there must be at least one.
Timing timing_of(std::vector<double> seconds);

// Calls `body` twice as a warm-up, then measures it until the options are met.
Timing measure(const std::function<void()>& body, const MeasureOptions& options = {});

}  // namespace mininas
