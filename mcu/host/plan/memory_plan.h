// Memory plan: where in the arena each tensor lies and which layers run together, known from the NetworkSpec alone,
// before any training. The exporter writes these very offsets, so a network that fits here fits on the device. All
// figures in bytes; an activation is one byte. Every tensor begins on a multiple of 4. The image and the logits lie in
// buffers of the caller's, not in the arena.
#pragma once
#include <cstdint>
#include <vector>

#include "mcu/host/plan/ram_plan.h"
#include "mcu/host/plan/row_strip.h"
#include "nn/spec/network_spec.h"

namespace mininas {

constexpr int64_t kTensorAlignment = 4;
constexpr int64_t kCallerPlace = -1;

struct LayerPlan {
  int strip = 1;  // layers from here on that run together; 0 inside a strip
  RowPace pace;   // in a strip of several
  int64_t output = kCallerPlace;
  int output_rows = 1;     // that exist at once: row y lies in slot y % output_rows
  int64_t scratch = 0;     // offset
  int64_t live_bytes = 0;  // what must exist while its strip runs, at least
};

struct MemoryPlan {
  std::vector<LayerPlan> layers;
  int64_t arena_bytes = kTensorAlignment;  // at least that: an array in C has an element
  int64_t lower_bound = 0;                 // any choice of strips has one that needs so much by itself
  bool optimal = true;                     // no plan of this kind needs less: proven
};

// Of all plans of this kind that need the fewest bytes, one with the fewest layers inside strips.
MemoryPlan plan_memory(const NetworkSpec& spec, RamPlan ram_plan);

}  // namespace mininas
