#include "mcu/host/cost/instruction_model.h"

#include <charconv>
#include <cmath>

#include "core/error.h"
#include "mcu/host/cost/csv_table.h"
#include "mcu/host/cost/least_squares.h"
#include "mcu/host/object/runtime_files.h"

namespace mininas {
namespace {

constexpr CsvForm kForm = {.header = "code,kernel,loop,instructions",
                           .expected = "code, kernel, loop and a number of instructions"};

std::map<std::string, double> fit_kernel(const std::vector<const LayerSample*>& samples) {
  std::vector<std::vector<double>> rows;
  std::vector<double> right;
  for (const LayerSample* sample : samples) {
    std::vector<double> row;
    for (const LoopCount& loop : sample->loops.counts) row.push_back(loop.count * sample->weight);
    rows.push_back(std::move(row));
    right.push_back(sample->instructions * sample->weight);
  }
  const std::vector<double> costs = non_negative_least_squares(rows, right);
  std::map<std::string, double> named;
  for (size_t i = 0; i < costs.size(); ++i)
    if (costs[i] > 0) named[samples.front()->loops.counts[i].name] = costs[i];
  return named;
}

std::optional<std::string> why_unknown(const std::vector<LayerLoops>& layers, const Board& board) {
  const auto model = instruction_models().find(code_of(board));
  const auto unknown = [&](const std::string& what) {
    return text("board ", board.name, ": nothing is known of instructions", what, " on ", board.core,
                "; `make mcu-calibrate` counts them");
  };
  if (model == instruction_models().end()) return unknown("");
  for (const LayerLoops& loops : layers)
    if (!model->second.costs().contains(loops.kernel)) return unknown(" of " + loops.kernel + " layers");
  return std::nullopt;
}

// Requires that every kernel is calibrated.
InstructionCount count(const std::vector<LayerLoops>& layers, const Board& board) {
  const InstructionModel& model = instruction_models().at(code_of(board));
  InstructionCount count;
  for (const LayerLoops& loops : layers) {
    count.layers.push_back(std::llround(model.instructions(loops)));
    count.total += count.layers.back();
  }
  return count;
}

}  // namespace

InstructionModel InstructionModel::fit(const std::vector<LayerSample>& samples) {
  std::map<std::string, std::vector<const LayerSample*>> by_kernel;
  for (const LayerSample& sample : samples) by_kernel[sample.loops.kernel].push_back(&sample);
  Costs costs;
  for (const auto& [kernel, of_kernel] : by_kernel) costs[kernel] = fit_kernel(of_kernel);
  return InstructionModel(costs);
}

double InstructionModel::instructions(const LayerLoops& loops) const {
  const auto kernel = costs_.find(loops.kernel);
  if (kernel == costs_.end()) return 0;
  double sum = 0;
  for (const LoopCount& loop : loops.counts) {
    const auto cost = kernel->second.find(loop.name);
    if (cost != kernel->second.end()) sum += loop.count * cost->second;
  }
  return sum;
}

std::string to_csv(const InstructionModels& models) {
  std::string lines = text(kForm.header, "\n");
  for (const auto& [code, model] : models)
    for (const auto& [kernel, loops] : model.costs())
      for (const auto& [loop, cost] : loops) {
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, cost, std::chars_format::general, 6).ptr;
        lines += text(code, ",", kernel, ",", loop, ",", std::string(digits, end), "\n");
      }
  return lines;
}

InstructionModels parse_instruction_models(std::string_view csv, const std::string& name) {
  std::map<std::string, InstructionModel::Costs> costs;
  read_csv(csv, name, kForm, [&](std::span<const std::string> cells) {
    double cost = 0;
    const char* const end = cells[3].data() + cells[3].size();
    const auto [stop, status] = std::from_chars(cells[3].data(), end, cost);
    if (status != std::errc() || stop != end || cost < 0 || !std::isfinite(cost)) return false;
    costs[cells[0]][cells[1]][cells[2]] = cost;
    return true;
  });
  InstructionModels models;
  for (const auto& [code, of_code] : costs) models.emplace(code, InstructionModel(of_code));
  return models;
}

const InstructionModels& instruction_models() {
  static const InstructionModels models = parse_instruction_models(instruction_model_csv(), "instruction_model.csv");
  return models;
}

void check_calibrated(const Board& board) {
  if (const auto why = why_unknown({}, board)) throw ConfigError(*why);
}

InstructionCount predict_instructions(const NetworkSpec& spec, const Board& board, const MemoryPlan& plan) {
  const std::vector<LayerLoops> layers = layer_loops(spec, plan);
  if (const auto why = why_unknown(layers, board)) throw ConfigError(*why);
  return count(layers, board);
}

std::optional<InstructionCount> known_instructions(const NetworkSpec& spec, const Board& board,
                                                   const MemoryPlan& plan) {
  const std::vector<LayerLoops> layers = layer_loops(spec, plan);
  if (why_unknown(layers, board)) return std::nullopt;
  return count(layers, board);
}

}  // namespace mininas
