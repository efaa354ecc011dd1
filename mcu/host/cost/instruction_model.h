// Instructions of an inference on a board, before there are any weights: a layer costs the sum of how often its
// kernel's loops turn (layer_loops.h) times what a turn costs on that core. The costs are fitted by `make
// mcu-calibrate` from counts in the emulator and kept as data, in instruction_model.csv; how well they fit:
// bench/results/mcu-calibration.md.
// Instructions are not cycles. An emulator counts instructions; pipeline, caches and wait states are unknown to it and
// to this model.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mcu/host/board.h"
#include "mcu/host/cost/layer_loops.h"

namespace mininas {

// What was counted of one layer of one inference.
struct LayerSample {
  LayerLoops loops;
  double instructions = 0;
  double weight = 1;  // of its error, in whatever unit
};

// Of one core's code, as kBoardOptimisation compiles the kernels.
class InstructionModel {
 public:
  // Instructions a turn, by kernel and loop. What is not there costs nothing.
  using Costs = std::map<std::string, std::map<std::string, double>>;

  InstructionModel() = default;
  explicit InstructionModel(Costs costs) : costs_(std::move(costs)) {}

  // Costs that bring the predictions nearest to the samples, none of them negative.
  static InstructionModel fit(const std::vector<LayerSample>& samples);

  double instructions(const LayerLoops& loops) const;
  const Costs& costs() const { return costs_; }

 private:
  Costs costs_;
};

// By code_of(board).
using InstructionModels = std::map<std::string, InstructionModel>;

// Lines "code,kernel,loop,instructions" under a line with these words. Parsing throws FormatError with `name` and the
// line.
std::string to_csv(const InstructionModels& models);
InstructionModels parse_instruction_models(std::string_view csv, const std::string& name);

// Those that the program was built with.
const InstructionModels& instruction_models();

struct InstructionCount {
  int64_t total = 0;
  std::vector<int64_t> layers;
};

// Throws ConfigError where nothing is known of the board's code.
void check_calibrated(const Board& board);

// Throws ConfigError where the board's code, or a kernel in it, was never calibrated.
InstructionCount predict_instructions(const NetworkSpec& spec, const Board& board, const MemoryPlan& plan);

// The same for a network of which it is known which layers have the fast kernels. Nothing where that code or kernel was
// never calibrated.
std::optional<InstructionCount> known_instructions(const QuantizedModel& model, const Board& board,
                                                   const MemoryPlan& plan);

}  // namespace mininas
