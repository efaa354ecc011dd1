#include "mcu/host/cost/sizes.h"

#include "mcu/host/object/model_layout.h"
#include "mcu/host/object/runtime_files.h"
#include "mcu/host/plan/memory_plan.h"
#include "mcu/runtime/mn_model.h"

namespace mininas {
namespace {

bool is_needed(const std::vector<TextFile>& files, std::string_view name) {
  for (const TextFile& file : files)
    if (file.name == name) return true;
  return false;
}

}  // namespace

// A test compiles the runtime again and compares.
const std::vector<CodeSize>& code_sizes() {
  static const std::vector<CodeSize> sizes = {
      {"mn_run.c", 564},
      {"mn_check.c", 996},
      {"mn_crc32.c", 116},
      {"mn_kernels.c", 20},
      {"mn_conv.c", 0},
      {"mn_conv_dsp.c", 2600},
      {"mn_depthwise.c", 0},
      {"mn_depthwise_dsp.c", 2368},
      {"mn_depthwise_others_dsp.c", 1316},
      {"mn_depthwise_ring_dsp.c", 0},
      {"mn_pool.c", 122},
      {"mn_add.c", 282},
      {"mn_add_row.c", 400},
      {"mn_relu.c", 116},
      {"mn_conv_tile.c", 0},
      {"mn_depthwise_row.c", 0},
  };
  return sizes;
}

DeviceCost device_cost(const NetworkSpec& spec, RamPlan ram_plan) {
  return device_cost(spec, plan_memory(spec, ram_plan));
}

DeviceCost device_cost(const NetworkSpec& spec, const MemoryPlan& plan) {
  const ModelLayout layout = lay_out_model(spec);
  DeviceCost cost;
  cost.model_bytes = layout.bytes;
  cost.ram_bytes = plan.arena_bytes;
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const int64_t constants = static_cast<int64_t>(sizeof(mn_layer)) + layout.layers[i].bytes;
    cost.layers.push_back({spec.layers()[i].name, constants, plan.layers[i].live_bytes});
  }
  const auto files = runtime_files_for(spec);
  for (const CodeSize& size : code_sizes())
    if (is_needed(files, size.file)) cost.code_bytes += size.bytes;
  return cost;
}

}  // namespace mininas
