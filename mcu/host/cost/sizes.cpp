#include "mcu/host/cost/sizes.h"

#include <charconv>

#include "core/error.h"
#include "mcu/host/cost/csv_table.h"
#include "mcu/host/object/model_layout.h"
#include "mcu/host/object/runtime_files.h"
#include "mcu/host/plan/memory_plan.h"
#include "mcu/runtime/mn_model.h"

namespace mininas {
namespace {

constexpr CsvForm kForm = {.header = "code,flag,file,bytes", .expected = "code, flag, file and bytes"};

const CodeSizeTable& measured_sizes() {
  static const CodeSizeTable table = parse_code_sizes(code_sizes_csv(), "code_sizes.csv");
  return table;
}

}  // namespace

std::string to_text(const CodeBuild& build) { return text(build.board->core, " at ", flag_of(build.optimisation)); }

DeviceCost device_cost(const NetworkSpec& spec, RamPlan ram_plan, const CodeBuild& build) {
  return device_cost(spec, plan_memory(spec, ram_plan), build);
}

DeviceCost device_cost(const NetworkSpec& spec, const MemoryPlan& plan, const CodeBuild& build) {
  const ModelLayout layout = lay_out_model(spec);
  DeviceCost cost;
  cost.model_bytes = layout.bytes;
  cost.ram_bytes = plan.arena_bytes;
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const int64_t constants = static_cast<int64_t>(sizeof(mn_layer)) + layout.layers[i].bytes;
    cost.layers.push_back({spec.layers()[i].name, constants, plan.layers[i].live_bytes});
  }
  const CodeSizes& sizes = code_sizes(build);
  for (const TextFile& file : runtime_files_for(spec))
    if (const auto size = sizes.find(file.name); size != sizes.end()) cost.code_bytes += size->second;
  return cost;
}

const CodeSizes& code_sizes(const CodeBuild& build) {
  const auto sizes = measured_sizes().find({code_of(*build.board), flag_of(build.optimisation)});
  if (sizes != measured_sizes().end()) return sizes->second;
  throw ConfigError(text("board ", build.board->name, ": the size of the runtime's code for ", to_text(build),
                         " was never measured; `make mcu-code-sizes` does that"));
}

std::vector<std::string> code_size_command(const CodeBuild& build) {
  std::vector<std::string> command = {build.board->toolchain->prefix + "gcc"};
  command.insert(command.end(), build.board->compiler_flags.begin(), build.board->compiler_flags.end());
  command.insert(command.end(), {flag_of(build.optimisation), "-std=c99", "-ffreestanding", "-c"});
  return command;
}

std::string to_csv(const CodeSizeTable& table) {
  std::string lines = text(kForm.header, "\n");
  for (const auto& [build, sizes] : table)
    for (const auto& [file, bytes] : sizes) lines += text(build.first, ",", build.second, ",", file, ",", bytes, "\n");
  return lines;
}

CodeSizeTable parse_code_sizes(std::string_view csv, const std::string& name) {
  CodeSizeTable table;
  read_csv(csv, name, kForm, [&](std::span<const std::string> cells) {
    int64_t bytes = -1;
    std::from_chars(cells[3].data(), cells[3].data() + cells[3].size(), bytes);
    if (bytes < 0 || std::to_string(bytes) != cells[3]) return false;
    table[{cells[0], cells[1]}][cells[2]] = bytes;
    return true;
  });
  return table;
}

}  // namespace mininas
