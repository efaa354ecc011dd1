// Can a network run on an emulated board, here and at all? Asked before anything is compiled.
#pragma once
#include <optional>
#include <string>

#include "mcu/host/board.h"
#include "mcu/host/plan/ram_plan.h"
#include "nn/spec/network_spec.h"

namespace mininas {

// Why nothing can run on this board here ("qemu-system-arm: not found; install qemu-system-arm"), or nothing where all
// is there.
std::optional<std::string> why_unavailable(const Board& board);

// Why this network does not fit the board's memory, with the bytes of both, or nothing where it does. The program of
// verification with its start-up code and stack is counted in.
std::optional<std::string> why_too_large(const Board& board, const NetworkSpec& spec, RamPlan ram_plan);

}  // namespace mininas
