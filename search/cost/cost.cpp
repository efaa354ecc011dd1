#include "search/cost/cost.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "mcu/host/cost/instruction_model.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/verify/board_fit.h"

namespace mininas {
namespace {

int64_t parse_scaled(const std::string& source, int64_t thousand, const char* example) {
  int64_t value = 0;
  const auto [end, status] = std::from_chars(source.data(), source.data() + source.size(), value);
  const std::string unit(end, source.data() + source.size());
  const int64_t scale = unit.empty()                 ? 1
                        : unit == "K" || unit == "k" ? thousand
                        : unit == "M" || unit == "m" ? thousand * thousand
                                                     : 0;
  if (status != std::errc() || value < 1 || scale == 0 ||
      value > std::numeric_limits<int64_t>::max() / (2 * thousand * thousand))
    throw ConfigError(text("'", source,
                           "' is not a size: expected a whole number of at least 1, which K or M may follow (", example,
                           ")"));
  return value * scale;
}

struct Frequency {
  const char* unit;
  double hz;
};
constexpr Frequency kFrequencies[] = {{"GHz", 1e9}, {"MHz", 1e6}, {"kHz", 1e3}, {"Hz", 1}};

// The number before the unit; nothing if it is not a number above 0.
std::optional<double> positive_number(const std::string& source) {
  double value = 0;
  const char* const end = source.data() + source.size();
  const auto [stop, status] = std::from_chars(source.data(), end, value);
  if (status != std::errc() || stop != end || !(value > 0) || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::string> over(const char* what, int64_t value, int64_t limit) {
  if (limit == 0 || value <= limit) return std::nullopt;
  return text(what, " ", grouped(value), " is over the limit of ", grouped(limit));
}

}  // namespace

OptionFields option_fields(Target& t) {
  return {
      {"board",
       "the board that it shall run on, whose code, instructions and memory count: " + board_names() +
           "; none: the code of a Cortex-M4, and any memory",
       &t.board},
      {"optimise",
       "what the device code is compiled for: size (-Os) or speed (-O2), which decides how much flash it takes; "
       "predicted instructions are those of -O2",
       choice(t.optimise, optimisation_names())},
      {"clock", "clock of the board, such as 120MHz: milliseconds are estimated from it, at one instruction a cycle",
       Amount{&t.clock_hz, parse_clock}, 0, 0, "clock-hz"},
      {"ram-plan",
       "how tensors lie in RAM: whole, overlap (an output may overwrite its input) or strips (the widest layers run "
       "row by row, which takes least)",
       choice(t.ram_plan, ram_plan_names())},
  };
}

void validate(const Target& target) {
  if (!target.board.empty()) check_calibrated(find_board(target.board));
  code_sizes(code_build(target));
  if (target.board.empty() && target.clock_hz > 0) throw ConfigError("a clock needs a board, one of " + board_names());
}

CodeBuild code_build(const Target& target) {
  return {target.board.empty() ? &usual_board() : &find_board(target.board), target.optimise};
}

OptionFields option_fields(Budget& b) {
  return {
      {"max-flash", "most flash for model and code, in bytes: 65536, 64K, 1M; never more than the board has",
       Amount{&b.max_flash_bytes, parse_size}},
      {"max-ram", "most RAM for the tensors (the arena), in bytes; never more than the board has",
       Amount{&b.max_ram_bytes, parse_size}},
      {"max-macs", "most multiply-accumulates for one image: 3000000, 3M", Amount{&b.max_macs, parse_count}},
      {"max-params", "most parameters, as the publications count them: 50000, 50K (of 1,000)",
       Amount{&b.max_parameters, parse_count}},
      {"max-instructions", "most instructions for one inference on --board: 5000000, 5M",
       Amount{&b.max_instructions, parse_count}},
      {"max-ms", "most estimated milliseconds for one inference on --board at --clock; 0: no limit",
       &b.max_milliseconds, 0, 1e9},
  };
}

void validate(const Budget& budget, const Target& target) {
  validate(target);
  if (target.board.empty() && (budget.max_instructions > 0 || budget.max_milliseconds > 0))
    throw ConfigError("a limit on instructions or time needs a board, one of " + board_names());
  if (target.clock_hz == 0 && budget.max_milliseconds > 0)
    throw ConfigError("a limit on time needs a clock, such as 120MHz");
}

Budget within_board(const Budget& budget, const Target& target, const ImageShape& input, int classes) {
  if (target.board.empty()) return budget;
  const NetworkMemory memory = memory_for_network(find_board(target.board), input, classes);
  const auto limit = [](int64_t given, int64_t has) { return given == 0 ? has : std::min(given, has); };
  Budget limited = budget;
  limited.max_flash_bytes = limit(budget.max_flash_bytes, memory.flash_bytes);
  limited.max_ram_bytes = limit(budget.max_ram_bytes, memory.ram_bytes);
  return limited;
}

Cost predict_cost(const NetworkSpec& spec, const Target& target) { return predict_cost_by_layer(spec, target).total; }

CostByLayer predict_cost_by_layer(const NetworkSpec& spec, const Target& target) {
  const MemoryPlan plan = plan_memory(spec, target.ram_plan);
  CostByLayer cost{{}, device_cost(spec, plan, code_build(target)), {}};
  const DeviceCost& device = cost.device;
  cost.total = {parameter_count(spec), mac_count(spec), device.flash_bytes(), device.code_bytes, device.ram_bytes};
  if (target.board.empty()) return cost;
  InstructionCount count = predict_instructions(spec, find_board(target.board), plan);
  cost.total.instructions = count.total;
  cost.total.milliseconds = milliseconds_of(count.total, target.clock_hz);
  cost.instructions = std::move(count.layers);
  return cost;
}

double milliseconds_of(int64_t instructions, int64_t clock_hz) {
  return clock_hz == 0 ? 0 : 1000.0 * static_cast<double>(instructions) / static_cast<double>(clock_hz);
}

std::optional<std::string> why_over(const Budget& budget, const Cost& cost) {
  if (auto why = over("flash", cost.flash_bytes, budget.max_flash_bytes)) return why;
  if (auto why = over("RAM", cost.ram_bytes, budget.max_ram_bytes)) return why;
  if (auto why = over("MACs", cost.macs, budget.max_macs)) return why;
  if (auto why = over("parameters", cost.parameters, budget.max_parameters)) return why;
  if (auto why = over("instructions", cost.instructions, budget.max_instructions)) return why;
  if (budget.max_milliseconds > 0 && cost.milliseconds > budget.max_milliseconds)
    return text("estimated milliseconds ", cost.milliseconds, " is over the limit of ", budget.max_milliseconds);
  return std::nullopt;
}

int64_t parse_size(const std::string& source) { return parse_scaled(source, 1024, "64K is 65536"); }

int64_t parse_count(const std::string& source) { return parse_scaled(source, 1000, "3M is 3000000"); }

int64_t parse_clock(const std::string& source) {
  for (const auto& [unit, hz] : kFrequencies) {
    if (!source.ends_with(unit)) continue;
    const auto number = positive_number(source.substr(0, source.size() - std::string(unit).size()));
    if (!number || *number * hz < 1 || *number * hz > 1e12) break;
    return std::llround(*number * hz);
  }
  throw ConfigError(text("'", source, "' is not a clock: expected a number and Hz, kHz, MHz or GHz, such as 120MHz"));
}

std::string clock_text(int64_t hz) {
  const auto value = static_cast<double>(hz);
  for (const auto& [unit, scale] : kFrequencies)
    if (value >= scale) return text(value / scale, " ", unit);
  return "none";
}

std::string grouped(int64_t value) {
  std::string digits = std::to_string(value);
  for (int64_t place = static_cast<int64_t>(digits.size()) - 3; place > (value < 0 ? 1 : 0); place -= 3)
    digits.insert(static_cast<size_t>(place), ",");
  return digits;
}

}  // namespace mininas
