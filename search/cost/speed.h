// How fast a network trains and predicts on this machine.
#pragma once
#include <cstdint>

#include "core/timing.h"
#include "nn/spec/network_spec.h"

namespace mininas {

struct SpeedOptions {
  int batch = 64;
  double seconds = 2.0;  // of each measurement
  uint64_t seed = 0;
};

// Each the time of one batch.
struct Speed {
  Timing train;                   // forward, loss, backward, clipping, update
  Timing infer;                   // float, running statistics
  Timing infer_int8;              // the quantised network, as the engine itself computes it
  int64_t peak_memory_bytes = 0;  // resident, up to the end of training; 0 where the system does not tell
};

// With weights and images drawn at random: the images stay the same, and nothing is augmented.
Speed measure_speed(const NetworkSpec& spec, const SpeedOptions& options);

}  // namespace mininas
