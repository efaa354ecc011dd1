// mininas export: a run's network as C, or as a file for another runtime.
#include <algorithm>
#include <iomanip>
#include <memory>

#include "core/io/file.h"
#include "mcu/host/formats/file_format.h"
#include "search/cli/commands.h"
#include "search/job/finish.h"

namespace mininas {
namespace {

constexpr const char* kC = "c";

struct Options {
  CommonOptions common;
  std::string run, data, out;
  FileOptions files;
  Target target;  // its RAM plan
  std::string format = kC;
  FileTypes types = FileTypes::kUint8;
  bool layers = false;
};

std::vector<std::string> format_names() {
  std::vector<std::string> names = {kC};
  for (const FileFormat& format : file_formats()) names.push_back(format.name);
  return names;
}

int export_c_folder(const Options& o, const Command& command) {
  command.refuse({"io", "layers"}, "is for files of other runtimes: choose one with --format");
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

std::string file_content(const FileFormat& format, const RunFolder& folder, const FormatOptions& options) {
  if (format.of_integers != nullptr) {
    check_quantized(folder);
    return format.of_integers(load_quantized_model(folder.quantized_file()), options);
  }
  check_trained(folder);
  const NamedNetwork trained = load_network(folder.network_file());
  return format.of_floats(float_model(trained.network, trained.class_names), options);
}

std::string name_of(const std::filesystem::path& folder) {
  const std::filesystem::path path = std::filesystem::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

int export_file(const Options& o, const Command& command) {
  command.refuse({"data", "fit", "skip-bad", "ram-plan"}, "is for --format c: the file holds no images and no plan");
  const auto formats = file_formats();
  const FileFormat& format = *std::find_if(formats.begin(), formats.end(), [&](auto& f) { return f.name == o.format; });
  const RunFolder folder = RunFolder::view(o.run);
  const std::string label = network_settings_of(read_run_file(folder, "")).label;
  const FormatOptions options{command.given("io") ? o.types : format.types,
                              o.layers ? LayerOutputs::kAll : LayerOutputs::kNone,
                              label.empty() ? name_of(o.run) : name_of(o.run) + "; " + label};
  const std::string content = file_content(format, folder, options);
  write_text_file(o.out, content);
  if (o.common.json) {
    print_json(Record{}.set("format", o.format).set("file", o.out).set("bytes", static_cast<int64_t>(content.size())));
    return 0;
  }
  if (!label.empty()) print_row("LABEL", label);
  print_row("written", o.out);
  print_row("format", text(format.name, ": ", format.summary));
  print_row("size", grouped(static_cast<int64_t>(content.size())) + " bytes");
  return 0;
}

int run(const Options& o, const Command& command) {
  apply(o.common);
  return o.format == kC ? export_c_folder(o, command) : export_file(o, command);
}

std::string format_details() {
  std::string details = "Formats:\n  c           a folder of C99 that needs nothing else, for any device\n";
  for (const FileFormat& format : file_formats())
    details += text("  ", std::left, std::setw(11), format.name, " ", format.summary, "\n");
  return details + "mcu/PORTING.md tells what other runtimes compute from each.";
}

}  // namespace

void add_export_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command =
      parser.add("export", "writes a run's network as C99 that needs nothing else, or for another runtime",
                 "Example:\n  mininas export run --out firmware/model\n"
                 "  mininas export run --format onnx-exact --out model.onnx\n\n" +
                     format_details(),
                 [o](const Command& given) { return run(*o, given); });
  command.positional("RUN", o->run, "folder of the run");
  command.required("out", o->out, "folder for the C files, or the file to write; an older export there is replaced");
  command.fields({{"format", "what to write", choice(o->format, format_names())}});
  command.fields(
      {{"io", "the image that the file takes, and for float the logits", choice(o->types, file_type_names())}},
      "the format's own: bytes");
  command.flag("layers", o->layers, "every layer's output is an output of the file, too, for comparison");
  command.option("data", o->data, "whose test images become the test vectors; default: those of the run");
  command.fields(only(option_fields(o->target), {"ram-plan"}), "the run's own");
  add_file_options(command, o->files);
  add_common(command, o->common, {.seed = false});
}

}  // namespace mininas
