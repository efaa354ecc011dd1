// mininas version: shows the version of this program and the machine it runs on.
#include <memory>

#include "core/kernels/kernels.h"
#include "core/version.h"
#include "search/cli/commands.h"

namespace mininas {
namespace {

int run(const CommonOptions& common) {
  if (common.json) {
    print_json(Record()
                   .set("version", program_version())
                   .set("commit", program_commit())
                   .set("compiler", program_compiler())
                   .set("kernels", kernels().isa));
    return 0;
  }
  print_row("mininas", program_version());
  print_row("commit", program_commit());
  print_row("compiler", program_compiler());
  print_row("kernels", std::string(kernels().isa) + ", the instruction set in use on this processor");
  return 0;
}

}  // namespace

void add_version_command(Parser& parser) {
  auto common = std::make_shared<CommonOptions>();
  Command& command = parser.add("version", "tells version, commit, compiler and instruction set of this program",
                                "Example:\n  mininas version --json\n\n`mininas --version` is the same.",
                                [common](const Command&) { return run(*common); });
  add_common(command, *common, {.threads = false, .seed = false});
}

}  // namespace mininas
