// The boards that this machine can emulate.
#pragma once
#include <string>
#include <vector>

#include "mcu/host/board.h"

namespace mininas::test {

// Those of the boards `names` that this machine has a compiler and an emulator for; says which are left out and why.
// The test is skipped where none is left.
std::vector<Board> emulated_boards(const std::vector<std::string>& names);

}  // namespace mininas::test
