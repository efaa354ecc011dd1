// The exact flash and RAM of a network on a device, from its NetworkSpec and memory plan, in bytes. The search rejects
// networks by these figures before training, and the exporter produces exactly these sizes.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mcu/host/board.h"
#include "mcu/host/plan/memory_plan.h"
#include "nn/spec/network_spec.h"

namespace mininas {

struct LayerCost {
  std::string name;
  int64_t constant_bytes = 0;  // its row of the layer table, weights, biases, multipliers, shifts
  int64_t live_ram_bytes = 0;  // tensors that exist while the layer, or its strip, runs
};

// How the runtime's code is compiled.
struct CodeBuild {
  const Board* board = &usual_board();
  Optimisation optimisation = Optimisation::kSize;
};
std::string to_text(const CodeBuild& build);  // "Cortex-M4 at -Os"

struct DeviceCost {
  int64_t model_bytes = 0;  // the constant object: sizeof in model.c, the same for all devices
  int64_t code_bytes = 0;   // the runtime files that the network needs, as this build compiles them
  int64_t ram_bytes = 0;    // the arena: MODEL_ARENA_BYTES
  std::vector<LayerCost> layers;

  int64_t flash_bytes() const { return model_bytes + code_bytes; }
};

// Throws ConfigError for a network that cannot be exported, with the layer's name, and for a build that was never
// measured.
DeviceCost device_cost(const NetworkSpec& spec, const MemoryPlan& plan, const CodeBuild& build = {});
DeviceCost device_cost(const NetworkSpec& spec, RamPlan ram_plan, const CodeBuild& build = {});  // plans it first

// Code and constants of the runtime's files, by name, measured for every board's code and both optimisations by `make
// mcu-code-sizes`: the `text` column of the toolchain's size (GCC 12.2), kept in code_sizes.csv.
using CodeSizes = std::map<std::string, int64_t>;
// Throws ConfigError where this build was never measured.
const CodeSizes& code_sizes(const CodeBuild& build);
// What measures one of these: "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -Os -std=c99 -ffreestanding -c".
std::vector<std::string> code_size_command(const CodeBuild& build);

// By code_of(board) and flag_of(optimisation).
using CodeSizeTable = std::map<std::pair<std::string, std::string>, CodeSizes>;
// Lines "code,flag,file,bytes" under a line with these words. Parsing throws FormatError with `name` and the line.
std::string to_csv(const CodeSizeTable& table);
CodeSizeTable parse_code_sizes(std::string_view csv, const std::string& name);

}  // namespace mininas
