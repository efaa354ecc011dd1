// mininas inspect: what a network is and what it will cost on the device, layer by layer, without training it.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "mcu/host/cost/instruction_model.h"
#include "mcu/host/cost/sizes.h"
#include "nn/quant/quantized_model.h"
#include "nn/spec/named_networks.h"
#include "nn/weights/model_file.h"
#include "search/cli/commands.h"
#include "search/cli/trace.h"
#include "search/cost/cost.h"
#include "search/job/settings.h"
#include "search/job/stages.h"
#include "search/space/build.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string what, input = "32x32x3", ram_plan, board, clock;
  int classes = 2;
  TraceOptions trace;
};

// The network of a run, or that of an architecture's text.
NetworkSpec spec_of(const Options& o, const Command& command) {
  if (!std::filesystem::is_directory(o.what)) return build_network_spec(o.what, parse_image_shape(o.input), o.classes);
  if (command.given("input") || command.given("classes"))
    throw UsageError("--input and --classes go with an architecture; a run knows its own");
  const RunFolder folder = RunFolder::view(o.what);
  if (std::filesystem::exists(folder.quantized_file())) return load_quantized_model(folder.quantized_file()).spec;
  check_trained(folder);
  return load_network(folder.network_file()).network.spec();
}

// The run's own, or what is asked for; strips where neither says.
RamPlan ram_plan_of(const Options& o) {
  if (!o.ram_plan.empty()) return parse_ram_plan(o.ram_plan);
  if (!std::filesystem::is_directory(o.what)) return RamPlan::kStrips;
  return target_from(read_run_file(RunFolder::view(o.what), "").settings).ram_plan;
}

// `instructions`: by layer; empty where there is no board.
std::vector<Record> layer_records(const NetworkSpec& spec, const DeviceCost& device,
                                  const std::vector<int64_t>& instructions) {
  std::vector<Record> records;
  for (int i = 0; i < spec.size(); ++i) {
    const LayerSpec& layer = spec.layer(i);
    const LayerCost& cost = device.layers[static_cast<size_t>(i)];
    Record record;
    record.set("name", layer.name).set("kind", to_text(layer.kind)).set("inputs", layer.inputs);
    visit_attributes(layer, [&](const char* name, auto value) { record.set(name, value); });
    record.set("output", to_text(spec.shape(i)))
        .set("params", parameter_count(spec, i))
        .set("macs", mac_count(spec, i));
    record.set("flash_bytes", cost.constant_bytes).set("live_ram_bytes", cost.live_ram_bytes);
    if (!instructions.empty()) record.set("instructions", instructions[static_cast<size_t>(i)]);
    records.push_back(record);
  }
  return records;
}

// "stem" or "block0.project, stem": the layers that a layer reads.
std::string input_names(const NetworkSpec& spec, int layer) {
  std::string names;
  for (const int input : spec.inputs(layer))
    names += (names.empty() ? "" : ", ") + (input == kImage ? "image" : spec.layer(input).name);
  return names;
}

// The first columns of the table are as wide as their longest entries.
struct Columns {
  size_t layer = 5, inputs = 6;

  explicit Columns(const NetworkSpec& spec) {
    for (int i = 0; i < spec.size(); ++i) {
      layer = std::max(layer, spec.layer(i).name.size());
      inputs = std::max(inputs, input_names(spec, i).size());
    }
  }

  void print(const std::string& name, const std::string& kind, const std::string& read, const std::string& output,
             const std::vector<std::string>& numbers) const {
    std::printf("%-*s  %-9s  %-*s  %-11s", static_cast<int>(layer), name.c_str(), kind.c_str(),
                static_cast<int>(inputs), read.c_str(), output.c_str());
    for (const std::string& number : numbers) std::printf(" %12s", number.c_str());
    std::printf("\n");
  }
};

// `costs` is cost_record's.
void print_table(const std::vector<Record>& layers, const Record& costs, const NetworkSpec& spec,
                 const DeviceCost& device, RamPlan ram_plan) {
  const bool board = costs.has("board");
  const auto with_instructions = [&](std::vector<std::string> numbers, const std::string& instructions) {
    if (board) numbers.push_back(instructions);
    return numbers;
  };
  const Columns columns(spec);
  columns.print("layer", "kind", "inputs", "output",
                with_instructions({"parameters", "MACs", "flash bytes", "live RAM"}, "instructions"));
  for (int i = 0; i < spec.size(); ++i) {
    const Record& l = layers[static_cast<size_t>(i)];
    std::vector<std::string> numbers;
    for (const char* key : {"params", "macs", "flash_bytes", "live_ram_bytes"})
      numbers.push_back(grouped(l.integer64(key)));
    columns.print(l.string("name"), l.string("kind"), input_names(spec, i), l.string("output"),
                  with_instructions(numbers, board ? grouped(l.integer64("instructions")) : ""));
  }
  const std::vector<std::string> totals = {grouped(parameter_count(spec)), grouped(mac_count(spec)),
                                           grouped(device.model_bytes), grouped(device.ram_bytes)};
  columns.print("total", "", "", "", with_instructions(totals, board ? grouped(costs.integer64("instructions")) : ""));
  std::printf("\nflash %s bytes = model %s + code %s (runtime for Cortex-M4 at -Os)\n",
              grouped(device.flash_bytes()).c_str(), grouped(device.model_bytes).c_str(),
              grouped(device.code_bytes).c_str());
  std::printf("RAM   %s bytes of arena, plan %s; image and logits lie in the caller's own buffers\n",
              grouped(device.ram_bytes).c_str(), to_text(ram_plan));
  print_latency(costs);
}

int run(const Options& o, const Command& command) {
  const bool place_given = command.given("layer") || command.given("at") || command.given("taps");
  if (o.trace.image.empty() && place_given) throw UsageError("--layer, --at and --taps go with --trace IMAGE");
  if (!o.trace.image.empty()) return run_trace(RunFolder::view(o.what), o.trace, o.common.json);
  const NetworkSpec spec = spec_of(o, command);
  const Target target = parse_target(o.board, o.clock, to_text(ram_plan_of(o)));
  const CostByLayer cost = predict_cost_by_layer(spec, target);
  const DeviceCost& device = cost.device;
  const auto layers = layer_records(spec, device, cost.instructions);
  Record record = cost_record(cost.total, target);
  if (o.common.json) {
    record.set("model_bytes", device.model_bytes).set("input", to_text(spec.input())).set("classes", spec.classes());
    print_json(record.set("layers", layers));
  } else {
    print_table(layers, record, spec, device, target.ram_plan);
  }
  return 0;
}

}  // namespace

void add_inspect_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "inspect", "a row a layer: shape, parameters, MACs, flash, live RAM, instructions on a board; totals",
      "Example:\n  mininas inspect w72:s3*10 --input 32x32x3 --classes 10 --board m4 --clock 120MHz\n"
      "  mininas inspect run --trace 17 --layer layer2.pointwise --at 3,4,0\n\n--trace shows one number of the "
      "integer network being computed, beside the float network's. Instructions come from a model fitted to "
      "counts in an emulator, which knows nothing of cycles.",
      [o](const Command& given) { return run(*o, given); });
  command.positional(
      "A-or-RUN", o->what,
      "an architecture, such as w16:s3*5, a network by name (" + network_names() + "), or the folder of a run");
  command.option("input", o->input, "height x width x channels of the image");
  command.fields({{"classes", "number of classes", &o->classes, 2, 100000}});
  command.option("ram-plan", o->ram_plan, ram_plan_help() + "; default: strips, or the run's own");
  command.option("board", o->board, board_help());
  command.option("clock", o->clock, clock_help());
  command.option("trace", o->trace.image, "a test image of the run by its number, or a PNG or JPEG file");
  command.option("layer", o->trace.layer, "of the number to trace: name or index; default: the classifier");
  command.option("at", o->trace.at, "its row, column and channel: y,x,c; default: the middle, or the largest logit");
  command.fields({{"taps", "products to print one by one", &o->trace.taps, 0, 1e6}});
  add_common(command, o->common);
}

}  // namespace mininas
