// Flash and RAM of a network on a device, exactly, from the NetworkSpec and the way its tensors are laid out: the search
// rejects with these figures before it trains, and the exporter emits nothing else. All in bytes.
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
  int64_t live_ram_bytes = 0;  // tensors that must exist while it, or its strip, runs
};

struct DeviceCost {
  int64_t model_bytes = 0;  // the model's constant object: sizeof in model.c, whatever the device
  int64_t code_bytes = 0;   // the runtime's files that the network needs, as compiled for Cortex-M4 at -Os
  int64_t ram_bytes = 0;    // the arena: MODEL_ARENA_BYTES
  std::vector<LayerCost> layers;

  int64_t flash_bytes() const { return model_bytes + code_bytes; }
};

// Throws ConfigError, with the layer's name, for a network that cannot be exported.
DeviceCost device_cost(const NetworkSpec& spec, const MemoryPlan& plan);
DeviceCost device_cost(const NetworkSpec& spec, RamPlan ram_plan);  // plans it first

// Code and constants of one runtime file, measured with kCodeSizeCommand and the `text` column of arm-none-eabi-size
// (GCC 12.2).
struct CodeSize {
  std::string_view file;
  int64_t bytes;
};
constexpr std::string_view kCodeSizeCommand =
    "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -std=c99 -ffreestanding -c";
const std::vector<CodeSize>& code_sizes();

}  // namespace mininas
