// Iteration counts of the loops of a layer's kernel, from shapes and memory plan alone.
// instruction_model.h multiplies them by fitted costs. The loops are not those of one particular kernel: the lists are
// long enough for the kernels of every core (tiles of 1, 2 or 4 pixels, rows widened or not), and loops that a core's
// kernels do not have get the cost 0. When a kernel changes, only the costs have to be fitted again.
#pragma once
#include <string>
#include <vector>

#include "mcu/host/plan/memory_plan.h"
#include "nn/spec/network_spec.h"

namespace mininas {

struct LoopCount {
  std::string name;
  double count = 0;
};

struct LayerLoops {
  // Layers with the same name are fitted together: "pointwise", "window", "linear", "depthwise 3/1" (kernel, stride),
  // "depthwise other", "pool", "add", "relu".
  std::string kernel;
  std::vector<LoopCount> counts;  // of one inference; the same names in the same order for each kernel
  double calls = 0;               // of the kernel: 1, or about one per row in a strip
};

// Loops of each layer of a network with its plan.
std::vector<LayerLoops> layer_loops(const NetworkSpec& spec, const MemoryPlan& plan);

}  // namespace mininas
