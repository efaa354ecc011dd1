// The part of `mininas inspect` that shows one number being computed (search/inspect/trace.h).
#pragma once
#include <string>

#include "search/cli/commands.h"

namespace mininas {

struct TraceOptions {
  std::string image;  // a test image by its number, or a PNG or JPEG file
  std::string layer;  // name or number; empty: the last
  std::string at;     // "y,x,c"; empty: the middle, channel 0; of logits: the largest
  int taps = 30;      // most taps to print
};

// Returns the exit status. Throws UsageError, ConfigError, FormatError.
int run_trace(const RunFolder& folder, const TraceOptions& options, bool json);

}  // namespace mininas
