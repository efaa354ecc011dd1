// The memory plan of a network: where each tensor lies in the arena and which layers run together. It follows from the
// NetworkSpec alone, before any training. The exporter writes these offsets, so a network that fits here fits on the
// device. All sizes are in bytes; an activation is one byte. Every tensor starts at a multiple of 4. The image and the
// logits are in the caller's buffers, not in the arena.
#pragma once
#include <cstdint>
#include <vector>

#include "mcu/host/plan/ram_plan.h"
#include "mcu/host/plan/row_strip.h"
#include "nn/spec/network_spec.h"

namespace mininas {

constexpr int64_t kTensorAlignment = 4;
constexpr int64_t kCallerBuffer = -1;

struct LayerPlan {
  int strip = 1;  // number of layers that run together, beginning with this one; 0 for the others of a strip
  RowPace pace;   // in a strip of several layers
  int64_t output = kCallerBuffer;
  int output_rows = 1;     // rows that exist at once: row y is in slot y % output_rows
  int64_t scratch = 0;     // offset
  int64_t live_bytes = 0;  // lower bound of the bytes that must exist while its strip runs
};

struct MemoryPlan {
  std::vector<LayerPlan> layers;
  int64_t arena_bytes = kTensorAlignment;  // never 0, since a C array needs an element
  int64_t lower_bound = 0;                 // any choice of strips contains one that needs this much by itself
  bool optimal = true;                     // proven: no plan of this kind needs less
};

// Of all plans of this kind with the fewest bytes, one with the fewest layers inside strips.
MemoryPlan plan_memory(const NetworkSpec& spec, RamPlan ram_plan);

}  // namespace mininas
