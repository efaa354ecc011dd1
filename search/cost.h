// Cost: what a network will need on the device, from its architecture alone, before any training; and Budget: what it may need.
// Flash and RAM come from the planner and the sizes that the exporter itself uses (mcu/host), so the prediction is the exported figure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "nn/network_spec.h"

namespace mininas {

struct Cost {
  int64_t parameters = 0;   // as the publications count them
  int64_t macs = 0;         // multiply-accumulates of one image
  int64_t flash_bytes = 0;  // the model's constant data and the runtime's code
  int64_t code_bytes = 0;   // the code's part of it, as compiled for Cortex-M4 at -Os
  int64_t ram_bytes = 0;    // the arena of model.h
};

Cost predict_cost(const NetworkSpec& spec);

// A limit of 0 stands for none.
struct Budget {
  int64_t max_flash_bytes = 0;
  int64_t max_ram_bytes = 0;
  int64_t max_macs = 0;
};

// Empty where `cost` keeps within `budget`; otherwise one sentence: "flash 70,112 bytes is over the limit of 65,536".
std::optional<std::string> why_over(const Budget& budget, const Cost& cost);

// "65536", "64K" (of 1,024), "1M": bytes, or a count in steps of 1,024. Throws ConfigError. Requires a value of at least 1.
int64_t parse_size(const std::string& text);
// MACs count in decimal: "250K" = 250,000, "3M" = 3,000,000.
int64_t parse_count(const std::string& text);

// 70112 -> "70,112"
std::string grouped(int64_t value);

}  // namespace mininas
