// Memory plan: where in the arena each tensor lies, known from the NetworkSpec alone, before any training. The exporter writes these
// very offsets, so a network that fits here fits on the device. All figures in bytes; an activation is one byte, and there is no alignment,
// no header and no scratch in the arena. The image and the logits lie in buffers of the caller's, not in the arena.
#pragma once
#include <cstdint>
#include <vector>

#include "nn/network_spec.h"

namespace mininas {

// Something that needs `bytes` from step `first` to step `last`, both included. (A step is a layer.)
struct ArenaTensor {
  int64_t bytes = 0;
  int first = 0, last = 0;
};

struct Placement {
  std::vector<int64_t> offsets;  // one a tensor
  int64_t bytes = 0;             // end of the highest tensor
  int64_t lower_bound = 0;       // the most bytes that live at one step: no placement can need less
  bool optimal = true;           // proven; false only where a large graph exhausted the search
};

// Places tensors so that no two overlap that live at the same step, in as few bytes as possible. Requires bytes >= 1, first <= last.
Placement place_tensors(const std::vector<ArenaTensor>& tensors);

// Requires a legal spec (layer_shapes). Layers may share a tensor (an operation in place); at present each has one of its own.
struct MemoryPlan {
  std::vector<ArenaTensor> tensors;
  Placement placement;
  std::vector<int> tensor_of_layer;   // index into tensors; kCallerTensor for the last layer
  std::vector<int64_t> live_bytes;    // of each layer: what must exist while it runs
  int64_t arena_bytes = 1;            // placement.bytes, at least 1: an array in C has an element

  // Offset of the layer's output. Requires: the layer is not the last one.
  int64_t offset_of(int layer) const;
};

constexpr int kCallerTensor = -1;

MemoryPlan plan_memory(const NetworkSpec& spec);

}  // namespace mininas
