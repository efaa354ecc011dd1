// mininas inspect: shows a network and its cost on the device, layer by layer, without training it.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "core/error.h"
#include "mcu/host/cost/instruction_model.h"
#include "mcu/host/cost/sizes.h"
#include "mcu/host/plan/device_operation.h"
#include "mcu/host/verify/board_fit.h"
#include "nn/quant/quantized_model.h"
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
  std::string what, input = "32x32x3";
  Target target;
  int classes = 2;
  TraceOptions trace;
};

// The network of a run, or of an architecture's text.
NetworkSpec spec_of(const Options& o, const Command& command) {
  if (!std::filesystem::is_directory(o.what)) {
    if (o.what.find('/') != std::string::npos && !is_graph_text(o.what))
      throw ConfigError(text(o.what, ": no such folder; expected that of a run, or an architecture"));
    const Architecture architecture = usage_of([&] { return parse_architecture(o.what); });
    return build_network_spec(architecture, image_shape_of("input", o.input), o.classes);
  }
  command.refuse({"input", "classes"}, "goes with an architecture; a run knows its own");
  const RunFolder folder = RunFolder::view(o.what);
  if (std::filesystem::exists(folder.quantized_file())) return load_quantized_model(folder.quantized_file()).spec;
  check_trained(folder);
  return load_network(folder.network_file()).network.spec();
}

// What the options say, and for the rest what the run has. Another board has another clock.
Target target_of(const Options& o, const Command& command) {
  Target target = o.target;
  if (std::filesystem::is_directory(o.what)) {
    const Target own = network_settings_of(read_run_file(RunFolder::view(o.what), "")).target;
    if (!command.given("ram-plan")) target.ram_plan = own.ram_plan;
    if (!command.given("optimise")) target.optimise = own.optimise;
    if (!command.given("clock") && !command.given("board")) target.clock_hz = own.clock_hz;
    if (!command.given("board")) target.board = own.board;
  }
  usage_of([&] { validate(target); });
  return target;
}

struct LayerFigures {
  std::string kind, output;
  int64_t params = 0, macs = 0, flash_bytes = 0, live_ram_bytes = 0;
  std::optional<int64_t> instructions;  // for a board
  std::optional<std::string> why_not_fast;
};

struct Inspection {
  NetworkSpec spec;
  Target target;
  CostByLayer cost;
  std::vector<LayerFigures> layers;
};

Inspection inspect(const NetworkSpec& spec, const Target& target) {
  Inspection all{spec, target, predict_cost_by_layer(spec, target), {}};
  for (int i = 0; i < spec.size(); ++i) {
    const LayerCost& device = all.cost.device.layers[static_cast<size_t>(i)];
    all.layers.push_back({to_text(spec.layer(i).kind), to_text(spec.shape(i)), parameter_count(spec, i),
                          mac_count(spec, i), device.constant_bytes, device.live_ram_bytes, std::nullopt,
                          why_not_fast(spec, i)});
  }
  const std::vector<int64_t>& instructions = all.cost.instructions;
  for (size_t i = 0; i < instructions.size(); ++i) all.layers[i].instructions = instructions[i];
  return all;
}

Record to_record(const LayerSpec& layer, const LayerFigures& figures) {
  Record record;
  record.set("name", layer.name).set("kind", figures.kind).set("inputs", layer.inputs);
  visit_attributes(layer, [&](const char* name, auto value) { record.set(name, value); });
  record.set("output", figures.output).set("params", figures.params).set("macs", figures.macs);
  record.set("flash_bytes", figures.flash_bytes).set("live_ram_bytes", figures.live_ram_bytes);
  if (figures.instructions) record.set("instructions", *figures.instructions);
  if (figures.why_not_fast) record.set("not_fast", *figures.why_not_fast);
  return record;
}

Record to_record(const Inspection& all) {
  Record record = to_record(all.cost.total);
  if (const auto latency = latency_of(all.cost.total, all.target)) record.add(to_record(*latency));
  record.set("code_for", to_text(code_build(all.target)));
  if (!all.target.board.empty()) {
    const Board& board = find_board(all.target.board);
    record.set("board_flash_bytes", board.code.bytes).set("board_ram_bytes", board.ram.bytes);
    record.set("fits", !why_too_large(board, all.spec, all.target.ram_plan));
  }
  std::vector<Record> layers;
  for (size_t i = 0; i < all.layers.size(); ++i) layers.push_back(to_record(all.spec.layers()[i], all.layers[i]));
  return record.set("model_bytes", all.cost.device.model_bytes)
      .set("input", to_text(all.spec.input()))
      .set("classes", all.spec.classes())
      .set("layers", layers);
}

// "m0: 262,144 bytes of flash and 16,384 of RAM; the network fits"; nothing without a board.
std::optional<std::string> fit_of(const Inspection& all) {
  if (all.target.board.empty()) return std::nullopt;
  const Board& board = find_board(all.target.board);
  const auto why = why_too_large(board, all.spec, all.target.ram_plan);
  return text(board.name, ": ", grouped(board.code.bytes), " bytes of flash and ", grouped(board.ram.bytes),
              " of RAM; the network ", why ? "with a small program around it " + *why : "fits");
}

// The layers that a layer reads: "stem", or "block0.project, stem".
std::string input_names(const NetworkSpec& spec, int layer) {
  std::string names;
  for (const int input : spec.inputs(layer))
    names += (names.empty() ? "" : ", ") + (input == kImage ? "image" : spec.layer(input).name);
  return names;
}

// Widths of the first columns of the table: those of their longest entries.
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

// Layers that take more instructions for a product than others of their kind.
void print_slow_layers(const Inspection& all) {
  for (int i = 0; i < all.spec.size(); ++i) {
    const auto& why = all.layers[static_cast<size_t>(i)].why_not_fast;
    if (why) std::printf("note: layer %s has no fast kernel: %s\n", all.spec.layer(i).name.c_str(), why->c_str());
  }
}

void print_table(const Inspection& all) {
  const bool board = !all.target.board.empty();
  const auto with_instructions = [&](std::vector<std::string> numbers, const std::string& instructions) {
    if (board) numbers.push_back(instructions);
    return numbers;
  };
  const Columns columns(all.spec);
  columns.print("layer", "kind", "inputs", "output",
                with_instructions({"parameters", "MACs", "flash bytes", "live RAM"}, "instructions"));
  for (int i = 0; i < all.spec.size(); ++i) {
    const LayerFigures& l = all.layers[static_cast<size_t>(i)];
    columns.print(
        all.spec.layer(i).name, l.kind, input_names(all.spec, i), l.output,
        with_instructions({grouped(l.params), grouped(l.macs), grouped(l.flash_bytes), grouped(l.live_ram_bytes)},
                          grouped(l.instructions.value_or(0))));
  }
  const DeviceCost& device = all.cost.device;
  columns.print("total", "", "", "",
                with_instructions({grouped(all.cost.total.parameters), grouped(all.cost.total.macs),
                                   grouped(device.model_bytes), grouped(device.ram_bytes)},
                                  grouped(all.cost.total.instructions)));
  std::printf("\nflash %s bytes = model %s + code %s (runtime for %s)\n", grouped(device.flash_bytes()).c_str(),
              grouped(device.model_bytes).c_str(), grouped(device.code_bytes).c_str(),
              to_text(code_build(all.target)).c_str());
  std::printf("RAM   %s bytes of arena, plan %s; image and logits lie in the caller's own buffers\n",
              grouped(device.ram_bytes).c_str(), to_text(all.target.ram_plan).c_str());
  print_latency(latency_of(all.cost.total, all.target));
  print_slow_layers(all);
  if (const auto fit = fit_of(all)) print_row("board", *fit);
}

int run(const Options& o, const Command& command) {
  if (o.trace.image.empty()) command.refuse({"layer", "at", "taps", "backward", "label"}, "goes with --trace IMAGE");
  if (!o.trace.backward) command.refuse({"label"}, "goes with --backward");
  if (!o.trace.image.empty())
    command.refuse({"input", "classes", "board", "optimise", "clock", "ram-plan"}, "has no effect with --trace");
  if (!o.trace.image.empty()) return run_trace(RunFolder::view(o.what), o.trace, o.common.json);
  const Inspection all = inspect(spec_of(o, command), target_of(o, command));
  if (o.common.json)
    print_json(to_record(all));
  else
    print_table(all);
  return 0;
}

}  // namespace

void add_inspect_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "inspect", "shows a network layer by layer: shapes, parameters, MACs, flash, RAM, instructions on a board",
      "Example:\n  mininas inspect w72:s3*10 --input 32x32x3 --classes 10 --board m4\n"
      "  mininas inspect run --trace 17 --layer layer2.pointwise --at 3,4,0\n\n--trace shows step by step how "
      "the integer network computes one number, beside the float network's value; with --backward, how the gradient of "
      "the loss with respect to that number is computed. Instructions come from a model fitted to counts in an "
      "emulator, which knows nothing of cycles.",
      [o](const Command& given) { return run(*o, given); });
  command.positional(
      "A-or-RUN", o->what,
      "an architecture, such as w16:s3*5 (`mininas help architectures` lists the forms), or the folder of a run");
  command.option("input", o->input, "height x width x channels of an image, for an architecture");
  command.fields({{"classes", "number of classes, for an architecture", &o->classes, 2, 100000}});
  const OptionFields target = option_fields(o->target);
  command.fields(only(target, {"ram-plan"}), "strips, or the run's own")
      .fields(only(target, {"board"}), "none, or the run's own")
      .fields(only(target, {"optimise"}), "size, or the run's own")
      .fields(only(target, {"clock"}), "none, or the run's own");
  command.option("trace", o->trace.image,
                 "show how one number is computed from this image: a test image by its number, or a PNG or JPEG file");
  command.option("layer", o->trace.layer, "the layer of that number, by name or index; default: the classifier");
  command.option("at", o->trace.at,
                 "its row, column and channel in the layer's output, y,x,c; default: the middle, or the largest logit");
  command.flag("backward", o->trace.backward,
               "show the gradient of the loss with respect to that number: the sum over everything that it goes into");
  command.option("label", o->trace.label,
                 "the class that this loss is computed for; default: the test image's own, or the predicted one");
  command.fields({{"taps", "print at most so many of its products one by one", &o->trace.taps, 0, 1e6}});
  add_common(command, o->common, {.threads = false, .seed = false});
  command.brief({"input", "classes", "board", "clock", "trace", "layer", "at", "json", "quiet"});
}

}  // namespace mininas
