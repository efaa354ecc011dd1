// The boards that this machine can emulate.
#pragma once
#include <string>
#include <vector>

#include "mcu/host/board.h"

namespace mininas::test {

// The boards of `names` for which this machine has a compiler and an emulator. Reports which boards are omitted and
// why. If none is left, the test is skipped.
std::vector<Board> emulated_boards(const std::vector<std::string>& names);

}  // namespace mininas::test
