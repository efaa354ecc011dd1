#include "mcu/host/verify/board.h"

#include <sstream>

#include "core/error.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/verify/compile.h"

namespace mininas {
namespace {

constexpr int64_t KiB = 1024, MiB = 1024 * KiB;

const Toolchain kArm = {"arm-none-eabi-", "gcc-arm-none-eabi", "qemu-system-arm", "qemu-system-arm", "cortex_m.c"};
const Toolchain kRiscV = {"riscv64-unknown-elf-", "gcc-riscv64-unknown-elf", "qemu-system-riscv32", "qemu-system-misc",
                          "riscv32.c"};

// Start-up code, program of verification, runtime with room to spare; its variables beside arena, image and logits, and
// the stack.
constexpr int64_t kProgramBytes = 24 * KiB, kProgramRam = KiB + 256, kProgramRamOfLayer = 4;

std::string too_large(const Board& board, const char* what, int64_t needed, const MemoryRegion& region) {
  return text("needs ", needed, " bytes of ", what, ", ", board.machine, " has ", region.bytes);
}

}  // namespace

// v6m: a Cortex-M3 runs a Cortex-M0's code, for networks that m0 has no room for.
const std::vector<Board>& boards() {
  static const std::vector<Board> list = {
      {"m0",
       "Cortex-M0",
       "microbit",
       &kArm,
       {"-mcpu=cortex-m0", "-mthumb"},
       {},
       {0, 256 * KiB},
       {0x2000'0000, 16 * KiB},
       16},
      {"m3",
       "Cortex-M3",
       "mps2-an385",
       &kArm,
       {"-mcpu=cortex-m3", "-mthumb"},
       {},
       {0, 4 * MiB},
       {0x2000'0000, 4 * MiB},
       25},
      {"m4",
       "Cortex-M4",
       "mps2-an386",
       &kArm,
       {"-mcpu=cortex-m4", "-mthumb"},
       {},
       {0, 4 * MiB},
       {0x2000'0000, 4 * MiB},
       25},
      {"m7",
       "Cortex-M7",
       "mps2-an500",
       &kArm,
       {"-mcpu=cortex-m7", "-mthumb"},
       {},
       {0, 4 * MiB},
       {0x2000'0000, 4 * MiB},
       25},
      {"m33",
       "Cortex-M33",
       "mps2-an505",
       &kArm,
       {"-mcpu=cortex-m33", "-mthumb"},
       {},
       {0x1000'0000, 4 * MiB},
       {0x3800'0000, 4 * MiB},
       20},
      {"m55",
       "Cortex-M55",
       "mps3-an547",
       &kArm,
       {"-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"},
       {},
       {0, 512 * KiB},
       {0x2000'0000, 512 * KiB},
       32},
      {"f405",
       "Cortex-M4",
       "netduinoplus2",
       &kArm,
       {"-mcpu=cortex-m4", "-mthumb"},
       {},
       {0x0800'0000, MiB},
       {0x2000'0000, 128 * KiB},
       168},
      {"v6m",
       "ARMv6-M",
       "mps2-an385",
       &kArm,
       {"-mcpu=cortex-m0", "-mthumb"},
       {},
       {0, 4 * MiB},
       {0x2000'0000, 4 * MiB},
       25},
      {"rv32",
       "RV32IMAC",
       "virt",
       &kRiscV,
       {"-march=rv32imac", "-mabi=ilp32"},
       {"-bios", "none"},
       {0x8000'0000, 4 * MiB},
       {0x8040'0000, 4 * MiB},
       1000},
  };
  return list;
}

std::string code_of(const Board& board) {
  std::string code;
  for (const std::string& flag : board.compiler_flags) code += (code.empty() ? "" : " ") + flag;
  return code;
}

std::string board_names() {
  std::string names;
  for (const Board& board : boards()) names += (names.empty() ? "" : ", ") + board.name;
  return names;
}

const Board& find_board(std::string_view name) {
  for (const Board& board : boards())
    if (board.name == name) return board;
  throw ConfigError(text("there is no board '", name, "'; known are ", board_names()));
}

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

}  // namespace mininas
