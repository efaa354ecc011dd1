// The exact flash and RAM of a network on a device, from its NetworkSpec and memory plan, in bytes. The search rejects
// networks by these figures before training, and the exporter produces exactly these sizes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mcu/host/plan/memory_plan.h"
#include "nn/spec/network_spec.h"

namespace mininas {

struct LayerCost {
  std::string name;
  int64_t constant_bytes = 0;  // its row of the layer table, weights, biases, multipliers, shifts
  int64_t live_ram_bytes = 0;  // tensors that exist while the layer, or its strip, runs
};

struct DeviceCost {
  int64_t model_bytes = 0;  // the constant object: sizeof in model.c, the same for all devices
  int64_t code_bytes = 0;   // the runtime files that the network needs, as compiled for Cortex-M4 with -Os
  int64_t ram_bytes = 0;    // the arena: MODEL_ARENA_BYTES
  std::vector<LayerCost> layers;

  int64_t flash_bytes() const { return model_bytes + code_bytes; }
};

// Throws ConfigError with the layer's name if the network cannot be exported.
DeviceCost device_cost(const NetworkSpec& spec, const MemoryPlan& plan);
DeviceCost device_cost(const NetworkSpec& spec, RamPlan ram_plan);  // plans the memory first

// Code and constants of one runtime file: the `text` column of arm-none-eabi-size after kCodeSizeCommand (GCC 12.2).
struct CodeSize {
  std::string_view file;
  int64_t bytes;
};
constexpr std::string_view kCodeSizeCommand =
    "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -std=c99 -ffreestanding -c";
const std::vector<CodeSize>& code_sizes();

}  // namespace mininas
