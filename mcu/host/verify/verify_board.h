// Verification on a board: cross-compiles an exported folder, runs it without an operating system in an emulator,
// compares every byte of every layer with the engine, counts instructions, and reads the sizes from the linked file. An
// emulator counts instructions, not cycles: it does not model pipeline, cache and wait states.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mcu/host/cost/instruction_model.h"
#include "mcu/host/verify/firmware.h"
#include "mcu/host/verify/verify.h"

namespace mininas {

struct BoardVerification {
  Verification bytes;
  int64_t instructions = 0;                   // of one inference (mn_run on the last image), not the first
  std::vector<int64_t> layer_instructions;    // the same by layer, while it is observed
  std::optional<InstructionCount> predicted;  // if the board's core was calibrated with this optimisation
  LinkedSizes linked;
};

// As the fast path of a product is usually compiled.
constexpr const char* kBoardOptimisation = kInstructionFlag;

struct BoardOptions {
  std::string optimisation = kBoardOptimisation;
  std::filesystem::path objects;  // as in Firmware
  // As in VerifyOptions.
  std::function<void(int64_t done, int64_t images)> progress;
};

// Requires that why_unavailable and why_too_large return nothing. Throws like verify_export, with the board's name;
// also ConfigError if a linked size differs from its prediction, or if the counter does not run at the rate in the
// board's description.
BoardVerification verify_on_board(const QuantizedModel& model, const std::filesystem::path& folder,
                                  const ImageSet& images, const Board& board, const BoardOptions& options = {});

}  // namespace mininas
