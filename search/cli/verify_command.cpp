// mininas verify: compiles a run's C and compares every byte of every layer with the engine, over all test images.
#include <iostream>
#include <memory>

#include "core/error.h"
#include "search/cli/commands.h"
#include "search/cli/progress.h"
#include "search/cost.h"
#include "search/stages.h"

namespace mininas {
namespace {

struct Options {
  CommonOptions common;
  std::string run, data;
};

int run(const Options& o) {
  apply(o.common);
  const RunFolder folder = RunFolder::open(o.run);
  const QuantizedModel model = load_quantized_model(folder.quantized_file());
  const Dataset data = open_run_data(read_run_file(folder, ""), o.data);
  check_same_classes(model.class_names, data.test, o.run);
  Progress progress(o.common.quiet);
  progress.stage("verification");
  if (!std::filesystem::exists(folder.export_folder())) export_stage(folder, data.test, folder.export_folder());
  const Verification result = verify_stage(folder, data.test, [&](int64_t done, int64_t images) { progress.verified(done, images); });
  progress.clear();
  const bool equal = result.bytes_different == 0;
  if (o.common.json)
    print_json(to_record(result));
  else
    print_row(equal ? "VERIFIED" : "DIFFERENT",
              text(grouped(result.images), " images, ", result.layers, " layers, ", grouped(result.bytes_compared), " bytes compared, ",
                   grouped(result.bytes_different), " different"));
  if (!equal)
    std::cerr << "mininas: " << folder.export_folder().string() << " differs from the engine; the first place: " << to_text(*result.first)
              << "\n";
  return equal ? 0 : 1;
}

}  // namespace

void add_verify_command(Parser& parser) {
  auto o = std::make_shared<Options>();
  Command& command = parser.add(
      "verify", "compiles RUN/c and compares every byte of every layer with the engine",
      "Example:\n  mininas verify run\n\nThe C compiler is $CC, or cc. One differing byte is exit status 1. A run without RUN/c is "
      "exported first.",
      [o](const Command&) { return run(*o); });
  command.positional("RUN", o->run, "folder of the run");
  command.option("data", o->data, "whose test images to use; default: those of the run");
  add_common(command, o->common);
}

}  // namespace mininas
