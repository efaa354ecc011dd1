// Checks, before anything is compiled, whether a network can run on an emulated board on this machine.
#pragma once
#include <optional>
#include <string>

#include "mcu/host/board.h"
#include "mcu/host/plan/ram_plan.h"
#include "nn/spec/network_spec.h"

namespace mininas {

// Why this machine cannot emulate the board ("qemu-system-arm: not found; install qemu-system-arm"); nothing if it can.
std::optional<std::string> why_unavailable(const Board& board);

// Why this network does not fit the board's memory, with both sizes in bytes; nothing if it does. This includes the
// verification program with its start-up code and stack.
std::optional<std::string> why_too_large(const Board& board, const NetworkSpec& spec, RamPlan ram_plan);

// What a board has for a network: flash for model and runtime, RAM for the arena. A small program around it, the image,
// the logits and the stack are left out.
struct NetworkMemory {
  int64_t flash_bytes = 0, ram_bytes = 0;
};
// Throws ConfigError where nothing is left.
NetworkMemory memory_for_network(const Board& board, const ImageShape& input, int classes);

}  // namespace mininas
