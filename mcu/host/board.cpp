#include "mcu/host/board.h"

#include "core/error.h"

namespace mininas {
namespace {

constexpr int64_t KiB = 1024, MiB = 1024 * KiB;

const Toolchain kArm = {"arm-none-eabi-", "gcc-arm-none-eabi", "qemu-system-arm", "qemu-system-arm", "cortex_m.c"};
const Toolchain kRiscV = {"riscv64-unknown-elf-", "gcc-riscv64-unknown-elf", "qemu-system-riscv32", "qemu-system-misc",
                          "riscv32.c"};

}  // namespace

// v6m: a Cortex-M3 that runs code for a Cortex-M0, for networks that do not fit m0.
const std::vector<Board>& boards() {
  // clang-format off
  static const std::vector<Board> list = {
      {"m0", "Cortex-M0", "microbit", &kArm, {"-mcpu=cortex-m0", "-mthumb"}, {}, {0, 256 * KiB}, {0x2000'0000, 16 * KiB}, 16},
      {"m3", "Cortex-M3", "mps2-an385", &kArm, {"-mcpu=cortex-m3", "-mthumb"}, {}, {0, 4 * MiB}, {0x2000'0000, 4 * MiB}, 25},
      {"m4", "Cortex-M4", "mps2-an386", &kArm, {"-mcpu=cortex-m4", "-mthumb"}, {}, {0, 4 * MiB}, {0x2000'0000, 4 * MiB}, 25},
      {"m7", "Cortex-M7", "mps2-an500", &kArm, {"-mcpu=cortex-m7", "-mthumb"}, {}, {0, 4 * MiB}, {0x2000'0000, 4 * MiB}, 25},
      {"m33", "Cortex-M33", "mps2-an505", &kArm, {"-mcpu=cortex-m33", "-mthumb"}, {}, {0x1000'0000, 4 * MiB}, {0x3800'0000, 4 * MiB}, 20},
      {"m55", "Cortex-M55", "mps3-an547", &kArm, {"-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"}, {}, {0, 512 * KiB}, {0x2000'0000, 512 * KiB}, 32},
      {"f405", "Cortex-M4", "netduinoplus2", &kArm, {"-mcpu=cortex-m4", "-mthumb"}, {}, {0x0800'0000, MiB}, {0x2000'0000, 128 * KiB}, 168},
      {"v6m", "ARMv6-M", "mps2-an385", &kArm, {"-mcpu=cortex-m0", "-mthumb"}, {}, {0, 4 * MiB}, {0x2000'0000, 4 * MiB}, 25},
      {"rv32", "RV32IMAC", "virt", &kRiscV, {"-march=rv32imac", "-mabi=ilp32"}, {"-bios", "none"}, {0x8000'0000, 4 * MiB}, {0x8040'0000, 4 * MiB}, 1000},
  };
  // clang-format on
  return list;
}

const std::vector<std::string>& optimisation_names() {
  static const std::vector<std::string> names = {"size", "speed"};
  return names;
}

std::string flag_of(Optimisation optimisation) { return optimisation == Optimisation::kSize ? "-Os" : "-O2"; }

const Board& usual_board() { return find_board("m4"); }

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

}  // namespace mininas
