#include "mcu/host/verify/board_fit.h"

#include <sstream>

#include "core/error.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/verify/compile.h"

namespace mininas {
namespace {

constexpr int64_t KiB = 1024;

// Start-up code, verification program and runtime, with some reserve; its variables besides arena, image and logits,
// and the stack.
constexpr int64_t kProgramBytes = 24 * KiB, kProgramRam = KiB + 256, kProgramRamOfLayer = 4;

std::string too_large(const Board& board, const char* what, int64_t needed, const MemoryRegion& region) {
  return text("needs ", needed, " bytes of ", what, ", ", board.machine, " has ", region.bytes);
}

}  // namespace

std::optional<std::string> why_unavailable(const Board& board) {
  const Toolchain& tools = *board.toolchain;
  const WorkFolder work;
  try {
    run_tool({tools.prefix + "gcc", "-dumpversion"}, work / "log.txt", board.name, "install " + tools.package);
    std::istringstream machines(run_tool({tools.emulator, "-machine", "help"}, work / "log.txt", board.name,
                                         "install " + tools.emulator_package));
    for (std::string line; std::getline(machines, line);)
      if (line.starts_with(board.machine + " ")) return std::nullopt;
    return text(tools.emulator, " knows no machine ", board.machine);
  } catch (const Error& error) {
    return error.what();
  }
}

std::optional<std::string> why_too_large(const Board& board, const NetworkSpec& spec, RamPlan ram_plan) {
  const DeviceCost cost = device_cost(spec, ram_plan);
  const int64_t code = cost.model_bytes + kProgramBytes;
  const int64_t ram =
      cost.ram_bytes + spec.input().size() + spec.classes() + kProgramRam + kProgramRamOfLayer * spec.size();
  if (code > board.code.bytes) return too_large(board, "flash", code, board.code);
  if (ram > board.ram.bytes) return too_large(board, "RAM", ram, board.ram);
  return std::nullopt;
}

NetworkMemory memory_for_network(const Board& board, const ImageShape& input, int classes) {
  constexpr int64_t kAroundRuntime = 16 * KiB, kMostLayers = 64;
  const NetworkMemory memory{board.code.bytes - kAroundRuntime,
                             board.ram.bytes - input.size() - classes - kProgramRam - kProgramRamOfLayer * kMostLayers};
  if (memory.flash_bytes > 0 && memory.ram_bytes > 0) return memory;
  throw ConfigError(text("board ", board.name, ": ", board.ram.bytes, " bytes of RAM have no room for an image of ",
                         to_text(input), " (", input.size(), " bytes) and a network; take smaller images"));
}

}  // namespace mininas
