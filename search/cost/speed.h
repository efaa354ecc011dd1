// Measures how fast a network trains and predicts on this machine.
#pragma once
#include <cstdint>

#include "core/timing.h"
#include "nn/spec/network_spec.h"

namespace mininas {

struct SpeedOptions {
  int batch = 64;
  double seconds = 2.0;  // for each measurement
  uint64_t seed = 0;
};

// Times of one batch.
struct Speed {
  Timing train;                   // forward and backward pass, loss, clipping, update
  Timing infer;                   // float, with running statistics
  Timing infer_int8;              // the quantised network, in the fast engine (nn/quant/integer_engine.h)
  int64_t peak_memory_bytes = 0;  // resident, up to the end of training; 0 if the system does not report it
};

// Uses random weights and one batch of random images, without augmentation.
Speed measure_speed(const NetworkSpec& spec, const SpeedOptions& options);

}  // namespace mininas
