// mininas export: a run's quantised network as C.
#include <memory>

#include "search/cli/commands.h"
#include "search/job/finish.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, data, out, ram_plan;
};

int run(const Options& o) {
  apply(o.common);
  const RunFolder folder = RunFolder::view(o.run);
  check_quantized(folder);
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const RunFile run = read_run_file(folder, "");
  const RamPlan ram_plan = o.ram_plan.empty() ? target_from(run.settings).ram_plan : parse_ram_plan(o.ram_plan);
  const std::string label = label_of(run.settings);
  const Dataset data = open_run_data(run, o.data);
  check_same_classes(model.class_names, data.test, o.run);
  export_stage(model, ram_plan, data.test, o.out, Place::kAnywhere);
  write_label(o.out, label);
  Record record = cost_record(model.spec, {.ram_plan = ram_plan});
  record.set("folder", o.out);
  if (!label.empty()) record.set("label", label);
  if (o.common.json) {
    print_json(record);
    return 0;
  }
  if (!label.empty()) print_row("LABEL", label);
  print_row("written", o.out + "/model.c, model.h, the runtime, test vectors, Makefile, README.md");
  print_row("flash", std::to_string(record.integer64("flash_bytes")) + " bytes");
  print_row("RAM", std::to_string(record.integer64("ram_bytes")) + " bytes");
  return 0;
}

}  // namespace

void add_export_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command =
      parser.add("export", "writes a run's quantised network as C99 that stands alone",
                 "Example:\n  mininas export run --out firmware/model", [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.required("out", o->out, "folder for the C files; an older export in it is replaced");
  command.option("data", o->data, "where the test vectors come from; default: the test images of the run");
  command.option("ram-plan", o->ram_plan, ram_plan_help() + "; default: as the run has it");
  add_common(command, o->common);
}

}  // namespace mininas
