#include <algorithm>
#include <array>
#include <cstdio>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <string_view>

#include "core/error.h"
#include "core/parallel.h"
#include "datasets/open.h"
#include "search/cli/commands.h"

namespace mininas {

void add_common(Command& command, CommonOptions& options) {
  command.flag("json", options.json, "print one JSON object on standard output instead of text");
  command.flag("quiet", options.quiet, "no progress on standard error");
  command.fields({{"threads", "threads to work with; 0: all cores", &options.threads, 0, 1024},
                  {"seed", "of everything that is drawn at random", &options.seed, 0, 1.9e19}});
}

void apply(const CommonOptions& options) {
  set_thread_count(options.threads == 0 ? available_cores() : options.threads);
}

const Board& parse_board(const std::string& name) {
  try {
    return find_board(name);
  } catch (const ConfigError& error) {
    throw UsageError(text("--board: ", error.what()));
  }
}

Target parse_target(const std::string& board, const std::string& clock, const std::string& ram_plan) {
  Target target{board.empty() ? "" : parse_board(board).name, 0, parse_ram_plan(ram_plan)};
  try {
    if (!clock.empty()) target.clock_hz = parse_clock(clock);
    validate(target);
  } catch (const ConfigError& error) {
    throw UsageError(text(clock.empty() ? "--board: " : "--clock: ", error.what()));
  }
  return target;
}

std::string board_help() { return "predict instructions an inference on this board: " + board_names(); }

std::string clock_help() { return "of the board, for milliseconds: 120MHz. An estimate at one instruction a cycle"; }

void print_latency(const Record& record) {
  if (!record.has("board")) return;
  const Board& board = find_board(record.string("board"));
  print_row("instructions", text(grouped(record.integer64("instructions")), " an inference on ", board.core,
                                 ", predicted (an emulator counts instructions, not cycles)"));
  if (!record.has("milliseconds")) return;
  std::ostringstream milliseconds;
  milliseconds << std::fixed << std::setprecision(2) << record.number("milliseconds");
  print_row("time", text(milliseconds.str(), " ms at ", clock_text(record.integer64("clock_hz")),
                         ", estimated at one instruction a cycle; silicon takes more"));
}

void check_resumable(const Command& command) {
  constexpr std::array<std::string_view, 5> kHarmless = {"resume", "data", "threads", "json", "quiet"};
  for (const std::string& name : command.given())
    if (std::find(kHarmless.begin(), kHarmless.end(), name) == kHarmless.end())
      throw UsageError(text("--", name, " cannot go with --resume: the run keeps the settings it began with"));
}

Dataset open_run_data(const RunFile& run, const std::string& data) {
  return open_dataset(data.empty() ? run.identity.data : data, run.settings.record("recipe").unsigned64("seed"));
}

void check_same_classes(const std::vector<std::string>& expected, const ImageSet& images, const std::string& who) {
  if (images.class_names == expected) return;
  const auto list = [](const std::vector<std::string>& names) {
    std::string joined;
    for (const std::string& name : names) joined += (joined.empty() ? "" : ", ") + name;
    return joined;
  };
  throw ConfigError(
      text(who, " tells ", list(expected), " apart, in this order, but the images are of ", list(images.class_names)));
}

void check_trained(const RunFolder& folder) {
  if (std::filesystem::exists(folder.network_file())) return;
  const std::string run = folder.path().string(), kind = read_run_file(folder, "").identity.kind;
  if (kind == "suite")
    throw ConfigError(text(run, ": is a suite; name one of its runs, such as ", run, "/airplane-automobile/search"));
  throw ConfigError(text(run, ": has no trained network yet; go on with: mininas ", kind, " --resume ", run));
}

void check_quantized(const RunFolder& folder) {
  if (std::filesystem::exists(folder.quantized_file())) return;
  check_trained(folder);
  const std::string run = folder.path().string();
  const bool search = read_run_file(folder, "").identity.kind == "search";
  throw ConfigError(
      text(run, ": has no network in integers yet; ",
           search ? "go on with: mininas search --resume " + run : "make it with: mininas quantize " + run));
}

void print_json(const Record& record) { std::cout << record.to_line() << std::endl; }

void print_row(const std::string& name, const std::string& value) {
  std::printf("%-16s %s\n", name.c_str(), value.c_str());
}

std::string ram_plan_help() {
  return "how tensors lie in RAM: whole, overlap (outputs over inputs) or strips (widest layers row by row)";
}

}  // namespace mininas
