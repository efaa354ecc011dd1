// Cost: what a network will need on the device, from its architecture alone, before any training; and Budget: what it
// may need. Flash and RAM come from the planner and the sizes that the exporter itself uses (mcu/host), so the
// prediction is the exported figure. Instructions come from a model fitted to counts in an emulator
// (mcu/host/cost/instruction_model.h): a few percent off. Milliseconds are these at one instruction a cycle, which real
// cores do not keep: an emulator counts instructions, not cycles. For ranking, not for a data sheet.
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

// What the network shall run on. Without a board nothing is known of instructions, without a clock nothing of time.
struct Target {
  std::string board;     // a name of mcu/host/board.h; empty: none
  int64_t clock_hz = 0;  // 0: none
  RamPlan ram_plan = RamPlan::kStrips;
};

OptionFields option_fields(Target& target);
// Throws ConfigError for a board that is unknown or was never calibrated, and for a clock without a board.
void validate(const Target& target);

struct Cost {
  int64_t parameters = 0;    // as the publications count them
  int64_t macs = 0;          // multiply-accumulates of one image
  int64_t flash_bytes = 0;   // the model's constant data and the runtime's code
  int64_t code_bytes = 0;    // the code's part of it, as compiled for Cortex-M4 at -Os
  int64_t ram_bytes = 0;     // the arena of model.h
  int64_t instructions = 0;  // of one inference on the target's board; 0: no board
  double milliseconds = 0;   // of as many cycles at the target's clock; 0: no clock
};

// Requires a valid target. Throws ConfigError where the network cannot be exported.
Cost predict_cost(const NetworkSpec& spec, const Target& target = {});

// The same, and what it consists of.
struct CostByLayer {
  Cost total;
  DeviceCost device;
  std::vector<int64_t> instructions;  // empty where there is no board
};
CostByLayer predict_cost_by_layer(const NetworkSpec& spec, const Target& target);

double milliseconds_of(int64_t instructions, int64_t clock_hz);

// A limit of 0 stands for none.
struct Budget {
  int64_t max_flash_bytes = 0;
  int64_t max_ram_bytes = 0;
  int64_t max_macs = 0;
  int64_t max_instructions = 0;
  double max_milliseconds = 0;
  int64_t max_parameters = 0;
};

OptionFields option_fields(Budget& budget);
// Throws ConfigError where a limit needs a board, or a clock, that the target has not.
void validate(const Budget& budget, const Target& target);

// Empty where `cost` keeps within `budget`; otherwise one sentence: "flash 70,112 bytes is over the limit of 65,536".
std::optional<std::string> why_over(const Budget& budget, const Cost& cost);

// "65536", "64K" (of 1,024), "1M": bytes, or a count in steps of 1,024. Throws ConfigError. Requires a value of at
// least 1.
int64_t parse_size(const std::string& text);
// MACs and instructions count in decimal: "250K" = 250,000, "3M" = 3,000,000.
int64_t parse_count(const std::string& text);
// "120MHz", "32.768kHz", "1GHz", "4000000Hz": cycles a second. Throws ConfigError. Requires at least one.
int64_t parse_clock(const std::string& text);
// 120000000 -> "120 MHz"
std::string clock_text(int64_t hz);

// 70112 -> "70,112"
std::string grouped(int64_t value);

}  // namespace mininas
