#include "mcu/host/verify_board.h"

#include <cmath>

#include "core/error.h"
#include "core/file.h"
#include "mcu/host/driver_stream.h"
#include "mcu/host/sizes.h"
#include "mcu/runtime/mn.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr double kTickTolerance = 1e-3;

using Words = std::vector<std::string>;

void check_linked(const LinkedSizes& linked, const NetworkSpec& spec, const Board& board) {
  const DeviceCost predicted = device_cost(spec);
  const auto check = [&](const char* what, int64_t expected, int64_t found) {
    if (found != expected) throw ConfigError(text("board ", board.name, ": ", what, ": predicted ", expected, " bytes, linked ", found));
  };
  check("constants", predicted.model_bytes, linked.constants);
  check("arena", predicted.ram_bytes, linked.arena);
}

// In an option of the emulator's a comma is written twice.
std::string escaped(const std::string& path) {
  std::string result;
  for (const char c : path) result += c == ',' ? std::string(",,") : std::string(1, c);
  return result;
}

Words emulator_command(const Board& board, const fs::path& firmware, const fs::path& images) {
  Words command = {board.toolchain->emulator, "-machine", board.machine};
  command.insert(command.end(), board.emulator_flags.begin(), board.emulator_flags.end());
  // shift=0: a nanosecond an instruction, whatever this machine's speed.
  command.insert(command.end(), {"-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0", "-chardev",
                                 "stdio,id=console", "-semihosting-config",
                                 "enable=on,target=native,chardev=console,arg=" + escaped(images.string()), "-kernel",
                                 firmware.string()});
  return command;
}

int64_t instructions(uint64_t ticks, const Board& board) {
  return static_cast<int64_t>(std::llround(static_cast<double>(ticks) * board.instructions_per_tick));
}

void count_instructions(const DriverTicks& ticks, const Board& board, BoardVerification& result) {
  const auto loop = static_cast<double>(kLoopInstructions);
  const double counted = static_cast<double>(ticks.loop) * board.instructions_per_tick;
  if (std::abs(counted - loop) > kTickTolerance * loop)
    throw ConfigError(text("board ", board.name, ": a loop of ", kLoopInstructions, " instructions took ", ticks.loop,
                           " ticks; instructions_per_tick is ", board.instructions_per_tick, " (mcu/PORTING.md)"));
  result.instructions = instructions(ticks.inference, board);
  for (const uint64_t layer : ticks.layers) result.layer_instructions.push_back(instructions(layer, board));
}

}  // namespace

BoardVerification verify_on_board(const QuantizedModel& model, const fs::path& folder, const ImageSet& images, const Board& board,
                                  const BoardOptions& options) {
  check_images(model, images);
  const WorkFolder work;
  const Firmware firmware(folder, board, options.optimisation, work);
  BoardVerification result;
  result.linked = firmware.sizes();
  check_linked(result.linked, model.spec, board);
  const fs::path pixels = work / "images.bin";
  write_file(pixels, std::as_bytes(std::span(images.pixels)));
  DriverStream stream(model, emulator_command(board, firmware.file(), pixels), work / "emulator.txt");
  for (int64_t image = 0; image < images.count(); ++image) {
    stream.compare_image(images.image(image), image, result.bytes);
    if (options.progress) options.progress(image + 1, images.count());
  }
  count_instructions(stream.finish(), board, result);
  result.bytes.layers = static_cast<int64_t>(model.layers.size());
  check_init(folder, stream.init_status(), result.bytes);
  return result;
}

}  // namespace mininas
