// The part of `mininas inspect` that shows how one gradient is computed (search/inspect/gradient_trace.h).
#pragma once
#include <string>
#include <vector>

#include "search/inspect/gradient_trace.h"
#include "search/record/record.h"

namespace mininas {

// How a person named what is traced, and the class that the loss was computed for.
struct TracedGradient {
  const QuantizedModel& model;
  TracePosition place;
  std::string image;
  int label = 0;
};

// Prints at most `most` of the taps one by one.
void print_gradient_trace(const GradientTrace& trace, const TracedGradient& what, int most);
Record to_record(const GradientTrace& trace, const TracedGradient& what);

}  // namespace mininas
