// Boards that an emulator knows, as data: a core, its compiler's flags, its memory, and how fast its counter runs. To
// add one: mcu/PORTING.md. What the boards have in common lies in mcu/boards.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mininas {

struct MemoryRegion {
  int64_t origin = 0, bytes = 0;
};

// A compiler and an emulator, and the Debian packages that bring them.
struct Toolchain {
  std::string prefix, package;             // "arm-none-eabi-": of gcc and size
  std::string emulator, emulator_package;  // "qemu-system-arm"
  std::string startup;                     // file in mcu/boards
};

struct Board {
  std::string name, core, machine;  // "m4", "Cortex-M4", the emulator's "mps2-an386"
  const Toolchain* toolchain = nullptr;
  std::vector<std::string> compiler_flags;
  std::vector<std::string> emulator_flags;
  MemoryRegion code, ram;  // vectors, code and constants; everything else and the stack
  // Ticks of its counter in 1000 instructions, of which the emulator takes a nanosecond for each.
  double counter_mhz = 1;
};

const std::vector<Board>& boards();

// What the compiler makes code for, "-mcpu=cortex-m4 -mthumb": boards that share it execute the same instructions.
std::string code_of(const Board& board);

// "m0, m3, m4"
std::string board_names();

// Throws ConfigError that lists the names.
const Board& find_board(std::string_view name);

}  // namespace mininas
