// mininas verify: compiles a run's C and compares every byte of every layer with the engine, over all test images.
#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/cost/cost.h"
#include "search/job/finish.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, data, board;
  FileOptions files;
  Target target{.optimise = Optimisation::kSpeed};  // its optimisation
  int images = 0;                                   // 0: all; on a board a few
};

constexpr int kBoardImages = 4;

// Exit status: one differing byte is 1.
int report(const Verification& result, const RunFolder& folder) {
  if (result.bytes_different == 0) return 0;
  std::cerr << "mininas: " << folder.export_folder().string()
            << " differs from the engine; the first place: " << to_text(*result.first) << "\n";
  return 1;
}

Record json_of(const Verification& result) {
  Record record = to_record(result);
  if (result.first) record.set("first_difference", to_text(*result.first));
  return record;
}

Record json_of(const BoardVerification& result) {
  Record record = json_of(result.bytes);
  record.set("instructions", result.instructions);
  if (result.predicted) record.set("instructions_predicted", result.predicted->total);
  return record.set("text_bytes", result.linked.text)
      .set("const_bytes", result.linked.constants)
      .set("arena_bytes", result.linked.arena);
}

void print_result(const Verification& result, const Options& o) {
  if (o.common.json) return print_json(json_of(result));
  print_row(result.bytes_different == 0 ? "VERIFIED" : "DIFFERENT", counts_text(result));
}

// "4,301,222, 0.8 % more than counted"
std::string predicted_text(const BoardVerification& result) {
  const auto counted = static_cast<double>(result.instructions),
             predicted = static_cast<double>(result.predicted->total);
  std::ostringstream percent;
  percent << std::fixed << std::setprecision(1) << 100 * std::abs(predicted - counted) / counted;
  return text(grouped(result.predicted->total), ", ", percent.str(), " % ", predicted < counted ? "less" : "more",
              " than counted");
}

void print_result(const BoardVerification& result, const Board& board, const Options& o) {
  if (o.common.json) return print_json(json_of(result));
  print_row(result.bytes.bytes_different == 0 ? "VERIFIED" : "DIFFERENT",
            text(counts_text(result.bytes), ", on ", to_text(CodeBuild{&board, o.target.optimise})));
  print_row("instructions",
            text(grouped(result.instructions), " an inference (an emulator counts instructions, not cycles)"));
  if (result.predicted) print_row("predicted", predicted_text(result));
  print_row("linked", text("code ", grouped(result.linked.text), ", constants ", grouped(result.linked.constants),
                           ", arena ", grouped(result.linked.arena), " bytes"));
}

int run(const Options& o) {
  apply(o.common);
  const Board* board = o.board.empty() ? nullptr : usage_of("board", [&] { return &find_board(o.board); });
  const RunFolder folder = RunFolder::open(o.run);
  check_quantized(folder);
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const RunFile run = read_run_file(folder, "");
  const Dataset data = open_run_data(folder, o.data, DataUse::kMeasure, o.files, o.common);
  check_same_classes(model.class_names, data.test, o.run);
  Progress progress(o.common.quiet);
  progress.stage("verification");
  if (!std::filesystem::exists(folder.export_folder())) {
    const NetworkSettings settings = network_settings_of(run);
    export_stage(model, settings.target.ram_plan, data.test, folder.export_folder(), FolderOwner::kRun);
    write_label(folder.export_folder(), settings.label);
  }
  const auto step = [&](int64_t done, int64_t images) { progress.images(done, images); };
  if (board == nullptr) {
    const Verification result =
        verify_stage(folder, o.images > 0 ? first_images(data.test, o.images) : data.test, step);
    progress.clear();
    print_result(result, o);
    return report(result, folder);
  }
  const BoardVerification result = verify_board_stage(
      folder, first_images(data.test, o.images > 0 ? o.images : kBoardImages), *board, o.target.optimise, step);
  progress.clear();
  print_result(result, *board, o);
  return report(result.bytes, folder);
}

}  // namespace

void add_verify_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "verify", "compiles a run's C and compares every byte of every layer with the engine",
      "Example:\n  mininas verify run\n\nThe C compiler is $CC, or cc. One differing byte is exit status 1. A run "
      "without RUN/c is exported first. With --board the C is compiled for that board and runs in an emulator; the "
      "last "
      "image runs once more to count instructions, which stand beside the predicted ones (`mininas inspect RUN "
      "--board` "
      "predicts without an emulator).",
      [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.option("data", o->data, "whose test images to use; default: those of the run");
  command.option("board", o->board, "compile for this board and run it in an emulator: " + board_names());
  command.fields(only(option_fields(o->target), {"optimise"}));
  command.fields(
      {{"images", "compare on the first so many test images; 0: on all, on a board on 4", &o->images, 0, 1e9}});
  add_file_options(command, o->files);
  add_common(command, o->common, {.seed = false});
}

}  // namespace mininas
