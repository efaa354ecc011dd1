// The part of `mininas inspect` that shows how one number, or one gradient, is computed
// (search/inspect/trace.h, search/inspect/gradient_trace.h).
#pragma once
#include <string>

#include "search/cli/commands.h"

namespace mininas {

struct TraceOptions {
  std::string image;  // number of a test image, or a PNG or JPEG file
  std::string layer;  // name or number of a layer; empty: the last one
  std::string at;     // "y,x,c"; empty: the middle and channel 0, or the largest logit
  int taps = 30;      // how many taps are printed at most
  // Show the gradient of the loss with respect to that number instead of how the number is computed.
  bool backward = false;
  std::string label;  // class that the loss is computed for; empty: that of the test image, or the predicted one
};

// Returns the exit status. Throws UsageError, ConfigError, FormatError.
int run_trace(const RunFolder& folder, const TraceOptions& options, bool json);

}  // namespace mininas
