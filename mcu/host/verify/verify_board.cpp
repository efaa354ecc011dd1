#include "mcu/host/verify/verify_board.h"

#include <cmath>

#include "core/error.h"
#include "core/io/file.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/export/emit_c.h"
#include "mcu/host/verify/driver_stream.h"
#include "mcu/runtime/mn.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr double kClockTolerance = 1e-3;

using Words = std::vector<std::string>;

void check_linked(const LinkedSizes& linked, const NetworkSpec& spec, const MemoryPlan& plan, const Board& board) {
  const DeviceCost predicted = device_cost(spec, plan);
  const auto check = [&](const char* what, int64_t expected, int64_t found) {
    if (found != expected)
      throw ConfigError(text("board ", board.name, ": ", what, ": predicted ", expected, " bytes, linked ", found));
  };
  check("constants", predicted.model_bytes, linked.constants);
  check("arena", predicted.ram_bytes, linked.arena);
}

Words emulator_command(const Board& board, const fs::path& firmware) {
  Words command = {board.toolchain->emulator, "-machine", board.machine};
  command.insert(command.end(), board.emulator_flags.begin(), board.emulator_flags.end());
  // shift=0: one nanosecond per instruction, whatever the speed of this machine
  command.insert(command.end(), {"-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0",
                                 "-chardev", "stdio,id=console", "-semihosting-config",
                                 "enable=on,target=native,chardev=console", "-kernel", firmware.string()});
  return command;
}

// One nanosecond per instruction: 1000 of them take a microsecond.
int64_t instructions(uint64_t ticks, const Board& board) {
  return static_cast<int64_t>(std::llround(static_cast<double>(ticks) * 1000 / board.counter_mhz));
}

void count_instructions(const DriverTicks& ticks, const Board& board, BoardVerification& result) {
  const double mhz = 1000.0 * static_cast<double>(ticks.loop) / kLoopInstructions;
  if (std::abs(mhz - board.counter_mhz) > kClockTolerance * mhz)
    throw ConfigError(text("board ", board.name, ": its counter runs at ", mhz, " MHz, counter_mhz is ",
                           board.counter_mhz, " (mcu/PORTING.md)"));
  result.instructions = instructions(ticks.inference, board);
  for (const uint64_t layer : ticks.layers) result.layer_instructions.push_back(instructions(layer, board));
}

}  // namespace

BoardVerification verify_on_board(const QuantizedModel& model, const fs::path& folder, const ImageSet& images,
                                  const Board& board, const BoardOptions& options) {
  check_images(model, images);
  const WorkFolder work;
  const Firmware firmware(folder, board, options.optimisation, work, options.objects);
  BoardVerification result;
  result.linked = firmware.sizes();
  const MemoryPlan plan = plan_memory(model.spec, exported_ram_plan(folder));
  check_linked(result.linked, model.spec, plan, board);
  write_file(work / "images.bin", std::as_bytes(std::span(images.pixels)));
  DriverStream stream(model, emulator_command(board, firmware.file()), work.path(), work / "emulator.txt");
  for (int64_t image = 0; image < images.count(); ++image) {
    stream.compare_image(images.image(image), image, result.bytes);
    if (options.progress) options.progress(image + 1, images.count());
  }
  count_instructions(stream.finish(), board, result);
  if (options.optimisation == kInstructionFlag) result.predicted = known_instructions(model.spec, board, plan);
  result.bytes.layers = static_cast<int64_t>(model.layers.size());
  check_init(folder, stream.init_status(), result.bytes);
  return result;
}

}  // namespace mininas
