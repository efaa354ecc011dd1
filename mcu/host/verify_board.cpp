#include "mcu/host/verify_board.h"

#include <cmath>
#include <sstream>

#include "core/error.h"
#include "core/file.h"
#include "core/parallel.h"
#include "mcu/host/compile.h"
#include "mcu/host/driver_stream.h"
#include "mcu/host/sizes.h"
#include "mcu/runtime/mn.h"

namespace mininas {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStackBytes = 1024;  // at least, beside everything else
constexpr int64_t kGuardBytes = 64;    // behind the arena, as in mcu/boards/driver.c
constexpr double kTickTolerance = 1e-3;

using Words = std::vector<std::string>;

Words compile_command(const Board& board, const BoardOptions& options) {
  Words command = {board.toolchain->prefix + "gcc"};
  command.insert(command.end(), board.compiler_flags.begin(), board.compiler_flags.end());
  command.push_back(options.optimisation);
  return command;
}

// Each source becomes an object of its own, so that the linker script can tell them apart.
fs::path compile_source(const fs::path& source, const fs::path& folder, const Board& board, const BoardOptions& options,
                        const WorkFolder& work) {
  const std::string stem = source.stem().string();
  Words command = compile_command(board, options);
  command.insert(command.end(), strict_c_flags().begin(), strict_c_flags().end());
  // Nobody brings memset here, and no loop shall become a call of it.
  command.insert(command.end(), {"-fdata-sections", "-fno-tree-loop-distribute-patterns", "-I", folder.string(), "-I",
                                 work.path().string(), "-c", source.string(), "-o", (work / (stem + ".o")).string()});
  run_tool(command, work / (stem + ".txt"), text(folder.string(), " on board ", board.name), "install " + board.toolchain->package);
  return work / (stem + ".o");
}

std::vector<fs::path> compile_sources(const fs::path& folder, const Board& board, const BoardOptions& options, const WorkFolder& work) {
  write_board_files(work);
  std::vector<fs::path> sources = exported_sources(folder);
  for (const std::string& name : {std::string("driver.c"), std::string("semihosting.c"), board.toolchain->startup})
    sources.push_back(work / name);
  std::vector<fs::path> objects(sources.size());
  parallel_for(static_cast<int64_t>(sources.size()), [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    objects[index] = compile_source(sources[index], folder, board, options, work);
  });
  return objects;
}

void link(const std::vector<fs::path>& objects, const fs::path& folder, const Board& board, const BoardOptions& options, const WorkFolder& work) {
  Words command = compile_command(board, options);
  command.insert(command.end(), {"-nostdlib", "-nostartfiles", "-T", (work / "board.ld").string()});
  const auto define = [&](const char* name, int64_t value) { command.push_back(text("-Wl,--defsym=", name, "=", value)); };
  define("CODE_ORIGIN", board.code.origin);
  define("CODE_BYTES", board.code.bytes);
  define("RAM_ORIGIN", board.ram.origin);
  define("RAM_BYTES", board.ram.bytes);
  define("STACK_BYTES", kStackBytes);
  for (const fs::path& object : objects) command.push_back(object.string());
  command.insert(command.end(), {"-lgcc", "-o", (work / "firmware.elf").string()});
  run_tool(command, work / "linker.txt", text(folder.string(), " on board ", board.name), "install " + board.toolchain->package);
}

int64_t section_bytes(const std::string& table, const std::string& section) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    int64_t bytes = 0;
    if (words >> name >> bytes && name == section) return bytes;
  }
  throw ConfigError(text("the linked file has no section ", section));
}

LinkedSizes linked_sizes(const Board& board, const WorkFolder& work) {
  const std::string table = run_tool({board.toolchain->prefix + "size", "-A", "-d", (work / "firmware.elf").string()}, work / "size.txt",
                                     board.name, "install " + board.toolchain->package);
  return {section_bytes(table, ".runtime"), section_bytes(table, ".model"), section_bytes(table, ".arena") - kGuardBytes};
}

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

Words emulator_command(const Board& board, const WorkFolder& work) {
  Words command = {board.toolchain->emulator, "-machine", board.machine};
  command.insert(command.end(), board.emulator_flags.begin(), board.emulator_flags.end());
  // shift=0: a nanosecond an instruction, whatever this machine's speed.
  command.insert(command.end(), {"-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0", "-chardev",
                                 "stdio,id=console", "-semihosting-config",
                                 "enable=on,target=native,chardev=console,arg=" + escaped((work / "images.bin").string()), "-kernel",
                                 (work / "firmware.elf").string()});
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
  link(compile_sources(folder, board, options, work), folder, board, options, work);
  BoardVerification result;
  result.linked = linked_sizes(board, work);
  check_linked(result.linked, model.spec, board);
  write_file(work / "images.bin", std::as_bytes(std::span(images.pixels)));
  DriverStream stream(model, emulator_command(board, work), work / "emulator.txt");
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
