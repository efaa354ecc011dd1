// Verification on a board: cross-compiles an exported folder, runs it without an operating system in an emulator,
// compares every byte of every layer with the engine's, counts instructions, and reads the sizes off the linked file.
// An emulator counts instructions. It knows nothing of cycles: no pipeline, no cache, no wait states.
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
  int64_t instructions = 0;                   // of one inference after the first: mn_run on the last image
  std::vector<int64_t> layer_instructions;    // the same, layer by layer, while it is watched
  std::optional<InstructionCount> predicted;  // where the board's core was calibrated
  LinkedSizes linked;
};

// As the fast path of a product is compiled.
constexpr const char* kBoardOptimisation = "-O2";

struct BoardOptions {
  std::string optimisation = kBoardOptimisation;
  std::filesystem::path objects;  // as Firmware's
  // As in VerifyOptions.
  std::function<void(int64_t done, int64_t images)> progress;
};

// Requires: why_unavailable and why_too_large say nothing. Errors as verify_export, with the board's name; a linked
// size that is not the predicted one, and a counter that counts something else than the board's description says, are
// ConfigError.
BoardVerification verify_on_board(const QuantizedModel& model, const std::filesystem::path& folder,
                                  const ImageSet& images, const Board& board, const BoardOptions& options = {});

}  // namespace mininas
