// mininas export: a run's quantised network as C.
#include <memory>

#include "search/cli/commands.h"
#include "search/job/finish.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, data, out;
  FileOptions files;
  Target target;  // its RAM plan
};

int run(const Options& o, const Command& command) {
  apply(o.common);
  const RunFolder folder = RunFolder::view(o.run);
  check_quantized(folder);
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const RunFile run = read_run_file(folder, "");
  const NetworkSettings settings = network_settings_of(run);
  Target target = settings.target;
  if (command.given("ram-plan")) target.ram_plan = o.target.ram_plan;
  const Dataset data = open_run_data(folder, o.data, DataUse::kMeasure, o.files, o.common);
  check_same_classes(model.class_names, data.test, o.run);
  export_stage(model, target.ram_plan, data.test, o.out, FolderOwner::kUser);
  write_label(o.out, settings.label);
  const Cost cost = predict_cost(model.spec, target);
  if (o.common.json) {
    Record record = to_record(cost).set("code_for", to_text(code_build(target))).set("folder", o.out);
    if (!settings.label.empty()) record.set("label", settings.label);
    print_json(record);
    return 0;
  }
  if (!settings.label.empty()) print_row("LABEL", settings.label);
  print_row("written", o.out + "/model.c, model.h, the runtime, test vectors, Makefile, README.md");
  print_row("flash", text(grouped(cost.flash_bytes), " bytes, with code for ", to_text(code_build(target))));
  print_row("RAM", grouped(cost.ram_bytes) + " bytes");
  return 0;
}

}  // namespace

void add_export_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add("export", "writes a run's quantised network as C99 that needs nothing else",
                                "Example:\n  mininas export run --out firmware/model",
                                [o](const Command& given) { return run(*o, given); });
  command.positional("RUN", o->run, "folder of the run");
  command.required("out", o->out, "folder for the C files; an older export in it is replaced");
  command.option("data", o->data, "whose test images become the test vectors; default: those of the run");
  command.fields(only(option_fields(o->target), {"ram-plan"}), "the run's own");
  add_file_options(command, o->files);
  add_common(command, o->common, {.seed = false});
}

}  // namespace mininas
