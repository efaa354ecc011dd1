// How often the loops of a layer's kernel turn, from shapes, plan and expected kernel alone: the quantities that
// instruction_model.h weighs. Not a copy of any kernel: the lists are generous, for kernels of every core (tiles of 1,
// 2 or 4 pixels, rows widened or not), and what a core's kernels do not do gets no weight there. So a kernel may change
// and only the weights are fitted anew.
#pragma once
#include <string>
#include <vector>

#include "mcu/host/plan/memory_plan.h"
#include "nn/quant/quantized_model.h"

namespace mininas {

struct LoopCount {
  std::string name;
  double count = 0;
};

struct LayerLoops {
  // What is fitted together: "pointwise", "window", "conv plain", "depthwise 3/1" (kernel, stride), "depthwise plain",
  // "pool", "add", "relu".
  std::string kernel;
  std::vector<LoopCount> counts;  // of one inference; the same names in the same order for each kernel
  double calls = 0;               // of the kernel: 1, or about one a row in a strip
};

// By layer, of a network and its plan. The first one expects of every layer what trained networks have
// (expects_fast_kernel); the second one knows.
std::vector<LayerLoops> layer_loops(const NetworkSpec& spec, const MemoryPlan& plan);
std::vector<LayerLoops> layer_loops(const QuantizedModel& model, const MemoryPlan& plan);

}  // namespace mininas
