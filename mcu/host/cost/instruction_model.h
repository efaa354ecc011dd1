// Predicts the instructions of one inference on a board, before there are any weights. A layer costs the sum over its
// kernel's loops of their iterations (layer_loops.h) times the instructions per iteration on that core. These costs are
// fitted by `make mcu-calibrate` to counts of the emulator and stored in instruction_model.csv;
// bench/results/mcu-calibration.md shows the errors. Instructions are not cycles: neither the emulator nor this model
// knows pipelines, caches and wait states.
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

// The counted instructions of one layer in one inference.
struct LayerSample {
  LayerLoops loops;
  double instructions = 0;
  double weight = 1;  // of its error, relative to other samples
};

// The model of one core, for kernels compiled with kInstructionFlag.
class InstructionModel {
 public:
  // Instructions per iteration, by kernel and loop. Missing entries count as 0.
  using Costs = std::map<std::string, std::map<std::string, double>>;

  InstructionModel() = default;
  explicit InstructionModel(Costs costs) : costs_(std::move(costs)) {}

  // The non-negative costs whose predictions are closest to the samples.
  static InstructionModel fit(const std::vector<LayerSample>& samples);

  double instructions(const LayerLoops& loops) const;
  const Costs& costs() const { return costs_; }

 private:
  Costs costs_;
};

// By code_of(board).
using InstructionModels = std::map<std::string, InstructionModel>;

// CSV with the header "code,kernel,loop,instructions". Parsing throws FormatError with `name` and the line.
std::string to_csv(const InstructionModels& models);
InstructionModels parse_instruction_models(std::string_view csv, const std::string& name);

// The models that are embedded in the program.
const InstructionModels& instruction_models();

// How the kernels were compiled whose instructions were counted. Of other builds nothing is known.
constexpr const char* kInstructionFlag = "-O2";

struct InstructionCount {
  int64_t total = 0;
  std::vector<int64_t> layers;
};

// Throws ConfigError if there is no model for the board's code.
void check_calibrated(const Board& board);

// Throws ConfigError if the board's code, or a kernel of the network, was never calibrated.
InstructionCount predict_instructions(const NetworkSpec& spec, const Board& board, const MemoryPlan& plan);

// The same. Returns nothing if that code or kernel was never calibrated.
std::optional<InstructionCount> known_instructions(const NetworkSpec& spec, const Board& board, const MemoryPlan& plan);

}  // namespace mininas
