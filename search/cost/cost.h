// Cost: what a network needs on the device, predicted from its architecture before any training. Budget: limits on
// that. Flash and RAM come from the planner and the sizes that the exporter uses (mcu/host), so they equal those of the
// exported network. Instructions come from a model that was fitted to counts of an emulator
// (mcu/host/cost/instruction_model.h) and are a few percent off. Milliseconds assume one instruction per cycle, which
// real cores do not reach. They are for comparing networks, not for a data sheet.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/options.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/plan/ram_plan.h"
#include "nn/spec/network_spec.h"

namespace mininas {

// The device that the network is for, and how its code is compiled. Without a board, code sizes are those of a
// Cortex-M4. Instructions are predicted only for a board, milliseconds only for a board with a clock.
struct Target {
  std::string board;     // a name of mcu/host/board.h; empty: none
  int64_t clock_hz = 0;  // 0: none
  RamPlan ram_plan = RamPlan::kStrips;
  Optimisation optimise = Optimisation::kSize;
};
// Whose code counts as flash.
CodeBuild code_build(const Target& target);

OptionFields option_fields(Target& target);
// Throws ConfigError if the board is unknown or was never calibrated, or if there is a clock without a board.
void validate(const Target& target);

struct Cost {
  int64_t parameters = 0;    // as in the publications
  int64_t macs = 0;          // multiply-accumulate operations for one image
  int64_t flash_bytes = 0;   // the model's constant data and the runtime's code
  int64_t code_bytes = 0;    // the code's part of flash_bytes, for the build of code_build
  int64_t ram_bytes = 0;     // the arena in model.h
  int64_t instructions = 0;  // for one inference on the target's board, compiled with kInstructionFlag; 0: no board
  double milliseconds = 0;   // for that many cycles at the target's clock; 0: no clock
};

// Requires a valid target. Throws ConfigError if the network cannot be exported.
Cost predict_cost(const NetworkSpec& spec, const Target& target = {});

// The cost and its parts.
struct CostByLayer {
  Cost total;
  DeviceCost device;
  std::vector<int64_t> instructions;  // empty without a board
};
CostByLayer predict_cost_by_layer(const NetworkSpec& spec, const Target& target);

double milliseconds_of(int64_t instructions, int64_t clock_hz);

// A limit of 0 means no limit.
struct Budget {
  int64_t max_flash_bytes = 0;
  int64_t max_ram_bytes = 0;
  int64_t max_macs = 0;
  int64_t max_instructions = 0;
  double max_milliseconds = 0;
  int64_t max_parameters = 0;
};

OptionFields option_fields(Budget& budget);
// The budget, with flash and RAM limited to what the target's board has for a network that reads such images. Unchanged
// without a board. Throws ConfigError if the images alone leave no room.
Budget within_board(const Budget& budget, const Target& target, const ImageShape& input, int classes);
// Throws ConfigError if a limit needs a board or a clock and the target has none.
void validate(const Budget& budget, const Target& target);

// Nothing if `cost` is within `budget`; otherwise a sentence: "flash 70,112 bytes is over the limit of 65,536".
std::optional<std::string> why_over(const Budget& budget, const Cost& cost);

// Reads bytes with binary units: "65536", "64K" (K = 1,024), "1M". Throws ConfigError unless the value is at least 1.
int64_t parse_size(const std::string& text);
// Reads MACs and instructions with decimal units: "250K" = 250,000, "3M" = 3,000,000.
int64_t parse_count(const std::string& text);
// Reads a frequency in cycles per second: "120MHz", "32.768kHz", "1GHz", "4000000Hz". Throws ConfigError unless it is
// at least 1.
int64_t parse_clock(const std::string& text);
// 120000000 -> "120 MHz"
std::string clock_text(int64_t hz);

// 70112 -> "70,112"
std::string grouped(int64_t value);

}  // namespace mininas
