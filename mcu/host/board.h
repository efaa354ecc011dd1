// Boards that an emulator supports, as data: core, compiler flags, memory, and the rate of the counter. mcu/PORTING.md
// explains how to add one. The code that runs on boards is in mcu/boards.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mininas {

struct MemoryRegion {
  int64_t origin = 0, bytes = 0;
};

// A compiler and an emulator, and the Debian packages that install them.
struct Toolchain {
  std::string prefix, package;             // "arm-none-eabi-": prefix of gcc and size
  std::string emulator, emulator_package;  // "qemu-system-arm"
  std::string startup;                     // file in mcu/boards
};

struct Board {
  std::string name, core, machine;  // "m4", "Cortex-M4", and the emulator's name "mps2-an386"
  const Toolchain* toolchain = nullptr;
  std::vector<std::string> compiler_flags;
  std::vector<std::string> emulator_flags;
  MemoryRegion code, ram;  // code: vectors, code and constants; ram: everything else, including the stack
  // Counter ticks per 1000 instructions; the emulator takes one nanosecond per instruction.
  double counter_mhz = 1;
};

// What the compiler is asked for. A code size, and a count of instructions, is that of one board's code under one of
// these.
enum class Optimisation { kSize, kSpeed };
const std::vector<std::string>& optimisation_names();  // "size", "speed"
std::string flag_of(Optimisation optimisation);        // "-Os", "-O2"

const std::vector<Board>& boards();
// Whose figures stand where no board was named: a Cortex-M4.
const Board& usual_board();

// The target of the compiler, "-mcpu=cortex-m4 -mthumb": boards with equal flags execute the same instructions.
std::string code_of(const Board& board);

// "m0, m3, m4"
std::string board_names();

// Throws ConfigError that lists the names.
const Board& find_board(std::string_view name);

}  // namespace mininas
